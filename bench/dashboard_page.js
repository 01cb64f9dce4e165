// What a page does while it loads, told by the browser itself. Installed before any script of the page.
(() => {
  const seen = { longest: 0, blocked: 0, shift: 0, largest: 0, usable: null, numbers: "" };
  window.__seen = seen;
  const watch = (type, each) =>
    new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true });
  watch("longtask", (task) => {
    seen.longest = Math.max(seen.longest, task.duration);
    seen.blocked += Math.max(0, task.duration - 50);
  });
  watch("layout-shift", (shift) => {
    if (!shift.hadRecentInput) seen.shift += shift.value;
  });
  watch("largest-contentful-paint", (paint) => {
    seen.largest = paint.startTime;
  });
  // Usable: the first frame in which what the page is about has a number in it.
  const look = () => {
    const found = [...document.querySelectorAll(window.__numbers)].some((one) => /\d/.test(one.textContent));
    if (found) seen.usable = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
