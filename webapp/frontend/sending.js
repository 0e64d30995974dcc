// What a page says while it sends: the button tells that it works and cannot be pressed twice; the form's key guards
// where this does not run. Answers that open elsewhere or are saved as a file leave the page as it stands.
const AWAY = 2500; // ms after which a form whose answer leaves the page in place may be sent again
const announced = document.querySelector("#announced");
const before = new Map();

function say(text) {
  if (announced) announced.textContent = text;
}

function size(bytes) {
  return bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function chosen(form) {
  return [...form.elements].filter((one) => one.type === "file").flatMap((one) => [...one.files]);
}

function busy(form, button) {
  form.dataset.sent = "yes";
  if (!button) return;
  const files = chosen(form);
  const sum = files.reduce((total, file) => total + file.size, 0);
  const words = files.length ? `正在上传 ${files.length} 个文件（${size(sum)}）…` : "正在提交…";
  before.set(button, { form, nodes: [...button.childNodes] });
  button.style.setProperty("min-width", `${button.offsetWidth}px`);
  button.setAttribute("aria-busy", "true");
  button.setAttribute("aria-disabled", "true");
  button.replaceChildren(words);
  if (files.length) {
    const bar = document.createElement("progress"); // without a value: how much has gone, a page cannot know
    bar.setAttribute("aria-label", words);
    bar.className = "sending";
    button.after(bar);
  }
  say(words);
}

function ready() {
  for (const [button, { form, nodes }] of before) {
    button.replaceChildren(...nodes);
    button.style.removeProperty("min-width");
    button.removeAttribute("aria-busy");
    button.removeAttribute("aria-disabled");
    if (button.nextElementSibling?.matches("progress.sending")) button.nextElementSibling.remove();
    delete form.dataset.sent;
  }
  before.clear();
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  const button = event.submitter;
  const elsewhere = (button?.formTarget || form.target) === "_blank";
  busy(form, elsewhere ? null : button);
  if (elsewhere || button?.hasAttribute("data-download")) setTimeout(ready, AWAY);
});
window.addEventListener("pageshow", ready);

// A live region speaks when it changes, not when it arrives with its page: what was done is said once more into one.
const done = [...document.querySelectorAll(".note[role='status']")].map((note) => note.textContent.trim());
if (done.length) setTimeout(() => say(done.join(" ")), 300);
