// The diagram of a case: where it is now, and the way it came. The list of steps beside it says the same in words.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

const READABLE = 0.78;
const words = (text) => (text ?? "").split(" ").filter(Boolean);

async function show(box) {
  const viewer = new NavigatedViewer({ container: box });
  const answer = await fetch(box.dataset.source, { headers: { Accept: "application/xml" } });
  if (!answer.ok) throw new Error(String(answer.status));
  await viewer.importXML(await answer.text());
  const canvas = viewer.get("canvas");
  const registry = viewer.get("elementRegistry");
  for (const [list, marker] of [["visited", "is-visited"], ["taken", "is-visited"], ["failed", "is-failed"], ["current", "is-current"]]) {
    for (const id of words(box.dataset[list])) {
      if (registry.get(id)) canvas.addMarker(id, marker);
    }
  }
  // Flows carry no entry of their own in the history of older cases: one between two visited elements was taken.
  if (!words(box.dataset.taken).length) {
    const seen = new Set([...words(box.dataset.visited), ...words(box.dataset.current)]);
    const left = new Set(words(box.dataset.visited));
    registry.forEach((element) => {
      if (element.waypoints && left.has(element.source?.id) && seen.has(element.target?.id)) {
        canvas.addMarker(element.id, "is-visited");
      }
    });
  }
  const fit = () => canvas.zoom("fit-viewport", "auto");
  fit();
  // A long procedure fitted whole is too small to read: begin where the case stands, the rest a drag away.
  const now = words(box.dataset.current).map((id) => registry.get(id)).filter((element) => element?.width);
  const whole = canvas.viewbox();
  if (whole.scale < READABLE) {
    const inner = whole.inner;
    const width = box.clientWidth / READABLE;
    const height = box.clientHeight / READABLE;
    const at = now.length ? now : [inner];
    const middle = (from, size) => at.reduce((sum, one) => sum + one[from] + one[size] / 2, 0) / at.length;
    const x = now.length ? middle("x", "width") - width / 2 : inner.x - 20;
    const left = Math.max(inner.x - 20, Math.min(x, inner.x + inner.width + 20 - width));
    canvas.viewbox({ x: left, y: middle("y", "height") - height / 2, width, height });
  }
  const tools = box.parentElement.querySelector(".diagram-tools");
  tools?.removeAttribute("hidden");
  tools?.addEventListener("click", (event) => {
    const does = event.target.closest("button")?.dataset.zoom;
    if (does === "fit") fit();
    else if (does) canvas.zoom(canvas.zoom() * (does === "in" ? 1.25 : 0.8));
  });
  // Called processes open at a click, as the links in the list of steps do.
  viewer.get("eventBus").on("element.click", ({ element }) => {
    const called = element.businessObject?.calledElement;
    const link = called && document.querySelector(`a[data-process="${CSS.escape(called)}"]`);
    if (link) link.click();
  });
  box.dataset.ready = "yes";
}

for (const box of document.querySelectorAll(".diagram[data-source]")) {
  show(box).catch(() => {
    box.classList.add("is-missing");
    box.textContent = box.dataset.missing ?? "";
  });
}
