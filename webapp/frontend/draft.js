// A form with data-draft saves itself some seconds after a change; its button does the same without this.
const EVERY = 4000;

for (const form of document.querySelectorAll("form[data-draft]")) {
  let changed = false;
  let leaving = false;
  const state = form.querySelector("#draft-state");
  const note = () => (changed = true);
  form.addEventListener("input", note);
  form.addEventListener("change", note);
  form.addEventListener("submit", () => (leaving = true));
  window.addEventListener("pageshow", () => (leaving = false));

  async function save() {
    if (!changed || leaving) return;
    changed = false;
    const typed = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") typed.append(name, value);
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body: typed, redirect: "manual" });
      const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : null;
      if (answer.ok) form.dispatchEvent(new CustomEvent("draft:saved", { bubbles: true }));
      if (state) {
        state.textContent = told?.message ?? "登录已过期：填写的内容仍在本页，请在新窗口登录后继续。";
        state.classList.toggle("bad", !answer.ok);
      }
    } catch {
      changed = true; // the network is away: the next round tries again
      if (state) {
        state.textContent = "网络不通，草稿暂未保存。";
        state.classList.add("bad");
      }
    }
  }
  setInterval(save, EVERY);
  // Another form of the page is sent: first what was typed here is saved, so that the page can give it back.
  document.addEventListener("submit", async (event) => {
    const other = event.target;
    if (other === form || !changed || leaving || other.method !== "post") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await save();
    changed = false;
    other.requestSubmit(event.submitter);
  }, true);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
