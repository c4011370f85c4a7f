/* Reading a profile: a line that follows the mouse, or the arrow keys, and tells the shares there. */
"use strict";

(function (bb) {
  /* `curves` may have null where they have ended; `about` is shown until something is read. */
  bb.pointer = function (holder, frame, curves, grid, live, about = "Point at the profile, or focus it and use the arrow keys, to read it.") {
    const { margin, inner } = frame;
    const line = bb.svg("line", { y1: margin.top, y2: margin.top + inner.h, class: "bb-pointer" });
    line.style.display = "none";
    frame.root.append(line);
    let at = grid.length - 1;
    const show = (k) => {
      at = Math.min(Math.max(k, 0), grid.length - 1);
      line.style.display = "";
      line.setAttribute("x1", frame.px(grid[at]));
      line.setAttribute("x2", frame.px(grid[at]));
      const ranked = curves.filter((c) => c.share[at] !== null).sort((a, b) => b.share[at] - a.share[at]);
      live.textContent = `${bb.count(grid[at])} evaluations / dimension: `
        + ranked.map((c) => `${c.optimizer.name} ${bb.percent(c.share[at])}`).join(", ");
    };
    holder.onpointermove = (event) => {
      const x = event.clientX - frame.root.getBoundingClientRect().left;
      show(Math.round(((x - margin.left) / inner.w) * (grid.length - 1)));
    };
    holder.onkeydown = (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10, Home: -1e9, End: 1e9 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      show(at + step);
    };
    live.textContent = about;
  };
})(window.benchbook);
