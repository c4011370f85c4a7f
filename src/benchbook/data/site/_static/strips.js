/* Strips: one row per group of functions, cut into fields by the optimizer that is best at each budget. */
"use strict";

(function (bb) {
  /* Colours for the optimizers that win most; the others are grey and distinguished by their names. */
  bb.INKS = ["blue", "orange", "green", "purple", "sky", "amber", "ink"];
  bb.inks = (names) => new Map(names.slice(0, bb.INKS.length).map((name, k) => [name, bb.INKS[k]]));

  /* Neighbouring budgets with the same winner become one field; a field reaches half-way to the next budget. */
  function fields(budgets, winners) {
    const logs = budgets.map((b) => Math.log(b));
    const last = logs.length - 1;
    const edge = (k) => (k <= 0 ? logs[0] : k > last ? logs[last] : (logs[k - 1] + logs[k]) / 2);
    const at = (k) => (100 * (edge(k) - logs[0])) / (logs[last] - logs[0] || 1);
    const made = [];
    winners.forEach((winner, k) => {
      if (!winner) return;
      const before = made[made.length - 1];
      const part = { from: at(k), to: at(k + 1), sure: winner.sure, first: k, last: k };
      if (before && before.name === winner.name && before.last === k - 1) {
        before.parts.push(part);
        before.to = part.to;
        before.last = k;
      } else made.push({ name: winner.name, from: part.from, to: part.to, first: k, last: k, parts: [part] });
    });
    return made;
  }

  const shade = (sure) => (sure === undefined ? 34 : sure >= 0.95 ? 60 : sure >= 0.5 ? 34 : 14);

  /* Rows are { label, winners: [{ name, sure } or null], active }; `ends` are [budget, text] where optimizers drop out, and
     `pick(row, k)` is called for the field chosen. */
  bb.strips = function (holder, { budgets, rows, inks, mark, ends = [], pick }) {
    const last = Math.log(budgets[budgets.length - 1] / budgets[0]) || 1;
    const left = (budget) => (100 * Math.log(budget / budgets[0])) / last;
    const seen = new Map();
    const made = rows.map((row, place) => {
      const strip = bb.el("div", { class: "bb-strip" });
      for (const field of fields(budgets, row.winners)) {
        const ink = inks.get(field.name) || "grey";
        seen.set(field.name, (seen.get(field.name) || 0) + field.to - field.from);
        const budget = budgets[field.first] === budgets[field.last] ? bb.count(budgets[field.first])
          : `${bb.count(budgets[field.first])} to ${bb.count(budgets[field.last])}`;
        const box = bb.el(pick ? "button" : "div", { class: `bb-strip-field bb-tone-${ink}`,
          title: `${row.label}: ${field.name} at ${budget} evaluations / variable` });
        if (pick) {
          box.setAttribute("type", "button");
          box.addEventListener("click", (event) => {
            const x = (event.clientX - strip.getBoundingClientRect().left) / strip.clientWidth;
            const near = event.detail === 0 ? field.first // from the keyboard
              : budgets.reduce((best, b, k) => (Math.abs(left(b) - 100 * x) < Math.abs(left(budgets[best]) - 100 * x) ? k : best), 0);
            pick(place, Math.min(Math.max(near, field.first), field.last));
          });
        }
        box.style.left = `${field.from}%`;
        box.style.width = `${field.to - field.from}%`;
        for (const part of field.parts) {
          const tone = bb.el("span", { class: "bb-strip-tone" });
          tone.style.left = `${(100 * (part.from - field.from)) / (field.to - field.from)}%`;
          tone.style.width = `${(100 * (part.to - part.from)) / (field.to - field.from) + 0.2}%`;
          tone.style.setProperty("--bb-tone", `${shade(part.sure)}%`);
          box.append(tone);
        }
        box.append(bb.el("span", { class: "bb-strip-name" }, field.name));
        strip.append(box);
      }
      for (const [budget] of ends) {
        const line = bb.el("span", { class: "bb-strip-end", "aria-hidden": "true" });
        line.style.left = `${left(budget)}%`;
        strip.append(line);
      }
      if (mark && row.active) {
        const line = bb.el("span", { class: "bb-strip-mark", "aria-hidden": "true" });
        line.style.left = `${left(mark)}%`;
        strip.append(line);
      }
      return bb.el("div", { class: row.active ? "bb-strip-row bb-active" : "bb-strip-row" },
        bb.el("div", { class: "bb-strip-label" }, row.label), strip);
    });
    const axis = bb.el("div", { class: "bb-strip bb-strip-axis" });
    for (const b of budgets.filter((budget, k) => (k === 0 && Number.isInteger(budget)) || Number.isInteger(Math.log10(budget)))) {
      const tick = bb.el("span", { class: "bb-strip-tick" }, bb.count(b));
      tick.style.left = `${left(b)}%`;
      axis.append(tick);
    }
    const key = (ink, text) => bb.el("span", { class: "bb-strip-key" },
      bb.el("span", { class: `bb-strip-swatch bb-tone-${ink}`, "aria-hidden": "true" }), text);
    const order = [...seen].sort((a, b) => b[1] - a[1]).map(([name]) => name);
    const legend = order.filter((name) => inks.has(name)).map((name) => key(inks.get(name), name));
    if (legend.length < order.length) legend.push(key("grey", "any other"));
    for (const [, text] of ends) {
      legend.push(bb.el("span", { class: "bb-strip-key" }, bb.el("span", { class: "bb-strip-dash", "aria-hidden": "true" }), text));
    }
    holder.replaceChildren(...made,
      bb.el("div", { class: "bb-strip-row" }, bb.el("div", { class: "bb-strip-label" }), axis),
      bb.el("div", { class: "bb-strip-row bb-strip-title" }, bb.el("div", { class: "bb-strip-label" }),
        bb.el("div", {}, "evaluations / variable")),
      bb.el("div", { class: "bb-strip-legend" }, ...legend));
    // Where a name does not fit, its part without the library; where that does not fit either, only the title has it.
    for (const name of holder.querySelectorAll(".bb-strip-name")) {
      if (name.scrollWidth > name.clientWidth) name.textContent = name.textContent.slice(name.textContent.indexOf(":") + 1);
    }
    for (const name of holder.querySelectorAll(".bb-strip-name")) if (name.clientWidth < 30) name.remove();
  };
})(window.benchbook);
