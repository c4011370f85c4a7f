/* "Which optimizer should I use?": the answer for the chosen dimension, budget and structure, and what would change it. */
"use strict";

(function (bb) {
  const root = document.getElementById("bb-choose");
  const data = JSON.parse(document.getElementById("bb-choose-data").textContent);
  const inks = bb.inks(data.winners);
  const state = {};
  const structure = (name) => data.structures.find((item) => item.name === name);
  const answer = (dim, name, budget) => data.answers[`${dim}|${name}|${budget}`];
  const percent = (share) => `${Math.round(100 * share)} %`;

  function take(given) {
    const known = (value, all, otherwise) => all.find((item) => String(item) === value) ?? otherwise;
    state.dim = known(given.dim, data.dims, data.dims.includes(5) ? 5 : data.dims[0]);
    state.budget = known(given.budget, data.budgets, data.budgets.includes(100) ? 100 : data.budgets[data.budgets.length - 1]);
    state.structure = known(given.structure, data.structures.map((item) => item.name), data.structures[0].name);
  }

  function choose(change) {
    Object.assign(state, change);
    bb.writeState({ dim: String(state.dim), budget: String(state.budget), structure: state.structure });
    draw();
  }

  function radios(name, label, values, text) {
    const chips = values.map((value) => {
      const box = bb.el("input", { type: "radio", name, value: String(value), checked: state[name] === value });
      box.addEventListener("change", () => choose({ [name]: value }));
      return bb.el("label", { class: "bb-chip" }, box, bb.el("span", {}, text(value)));
    });
    return bb.el("fieldset", {}, bb.el("legend", {}, label), bb.el("div", { class: "bb-chips" }, ...chips));
  }

  const named = (place) => {
    const optimizer = data.optimizers[place];
    const text = bb.breakable(optimizer.name);
    return optimizer.spec ? bb.el("a", { href: optimizer.spec }, ...text) : bb.el("span", {}, ...text);
  };

  const time = (us) => (us === null ? "time unknown" : us < 1000 ? `${bb.count(us)} µs` : `${bb.count(us / 1000)} ms`);

  /* A dot for the mean rank and a bar for its interval, on an axis from rank 1 to that of the worst interval shown. */
  function interval([, rank, low, high], most, ink) {
    const at = (value) => `${(100 * (value - 1)) / (most - 1 || 1)}%`;
    const bar = bb.el("span", { class: `bb-interval bb-tone-${ink}`, role: "img",
      "aria-label": `mean rank ${rank}, 95 % interval ${low} to ${high}` });
    const line = bb.el("span", { class: "bb-interval-line" });
    line.style.left = at(low);
    line.style.width = `${(100 * (high - low)) / (most - 1 || 1)}%`;
    const dot = bb.el("span", { class: "bb-interval-dot" });
    dot.style.left = at(rank);
    bar.append(line, dot);
    return bar;
  }

  function place(pick, k, most) {
    const optimizer = data.optimizers[pick[0]];
    return bb.el("li", { class: "bb-pick" },
      bb.el("span", { class: "bb-pick-place" }, String(k + 1)),
      bb.el("span", { class: "bb-pick-name" }, named(pick[0]),
        bb.el("span", { class: "bb-pick-about" }, `${optimizer.library}, ${time(optimizer.us)} per evaluation`)),
      interval(pick, most, inks.get(optimizer.name) || "grey"),
      bb.el("span", { class: "bb-pick-number" }, bb.el("b", {}, pick[1].toFixed(1)), ` (${pick[2].toFixed(1)} to ${pick[3].toFixed(1)})`),
      bb.el("span", { class: "bb-pick-number" }, bb.el("b", {}, percent(pick[4])), " first"),
      bb.el("span", { class: "bb-pick-number" }, bb.el("b", {}, percent(pick[5])), " of targets"));
  }

  /* The nearest budget, down and up, at which another optimizer is best. */
  function otherBudgets(best) {
    const made = [];
    const at = data.budgets.indexOf(state.budget);
    for (const [step, text] of [[-1, "With at most"], [1, "With at least"]]) {
      for (let k = at + step; k >= 0 && k < data.budgets.length; k += step) {
        const other = answer(state.dim, state.structure, data.budgets[k]);
        if (other && other.picks[0][0] !== best) {
          made.push(line(`${text} ${bb.count(data.budgets[k])} evaluations per variable`, other.picks[0][0], { budget: data.budgets[k] }));
          break;
        }
      }
    }
    return made;
  }

  function line(condition, other, change) {
    const made = bb.el("li", {}, `${condition}: `, named(other));
    if (change) {
      const button = bb.el("button", { type: "button", class: "bb-button bb-go" }, "show");
      button.addEventListener("click", () => choose(change));
      made.append(" ", button);
    }
    return made;
  }

  function changes(found) {
    const best = found.picks[0][0];
    const made = otherBudgets(best);
    for (const dim of data.dims) {
      const other = dim !== state.dim && answer(dim, state.structure, state.budget);
      if (other && other.picks[0][0] !== best) made.push(line(`With ${dim} variables`, other.picks[0][0], { dim }));
    }
    for (const { name, label } of data.structures) {
      const other = name !== state.structure && answer(state.dim, name, state.budget);
      if (!other || other.picks[0][0] === best) continue;
      made.push(line(name === "all" ? "If the structure is unknown" : `If it is ${label}`, other.picks[0][0], { structure: name }));
    }
    if (found.cheap !== null && found.cheap !== best) {
      made.push(line(`If your function takes microseconds, the best of those below ${data.cheap} µs per evaluation`, found.cheap));
    }
    const libraries = found.libraries.filter((k) => data.optimizers[k].library !== data.optimizers[best].library);
    if (libraries.length) {
      made.push(bb.el("li", {}, "If it has to be another library, in this order: ",
        ...libraries.flatMap((k, n) => (n ? [", ", named(k)] : [named(k)]))));
    }
    made.push(bb.el("li", {}, "Noise, constraints and several objectives are not covered by these runs."));
    return made;
  }

  function sure(found) {
    const [best, second] = found.picks;
    const name = data.optimizers[best[0]].name;
    if (!second) return `${name} is the only one that was run that long.`;
    if (best[4] >= 0.95) return `The lead is certain: ${name} comes first in ${percent(best[4])} of the bootstrap samples.`;
    if (best[4] >= 0.5) return `${name} probably leads: it comes first in ${percent(best[4])} of the bootstrap samples.`;
    return `The lead is open: ${name} comes first in only ${percent(best[4])} of the bootstrap samples.`;
  }

  /* The best optimizer when all could still be compared, if some were not run for this budget. */
  function leftOut(found) {
    if (!found.out) return [];
    const many = found.out === 1 ? "One other was" : `${found.out} others were`;
    const text = `${many} not run for ${bb.count(state.budget)} evaluations per variable and cannot be compared.`;
    const earlier = data.budgets.filter((b) => b < state.budget).reverse()
      .find((b) => (answer(state.dim, state.structure, b) || { of: 0 }).of > found.of);
    if (!earlier) return [bb.el("p", { class: "bb-caution" }, text)];
    const before = answer(state.dim, state.structure, earlier);
    return [bb.el("p", { class: "bb-caution" }, `${text} At ${bb.count(earlier)}, the best of ${before.of} was `, named(before.picks[0][0]), ".")];
  }

  function card() {
    const holder = root.querySelector(".bb-answer");
    const found = answer(state.dim, state.structure, state.budget);
    const about = structure(state.structure);
    const what = `${state.dim} variables, ${(state.dim * state.budget).toLocaleString("en")} evaluations, ${about.label}`;
    if (!found) {
      holder.replaceChildren(bb.el("p", {}, `There are no runs for this case: ${what}.`));
      return;
    }
    const most = Math.max(...found.picks.map((pick) => pick[3])) + 0.5;
    const ticks = bb.el("li", { class: "bb-pick bb-pick-axis", "aria-hidden": "true" }, bb.el("span", {}), bb.el("span", {}),
      bb.el("span", { class: "bb-pick-ends" }, bb.el("span", {}, "1"), bb.el("span", {}, "mean rank"), bb.el("span", {}, bb.count(Math.round(most)))));
    holder.replaceChildren(
      bb.el("p", { class: "bb-answer-case" }, what),
      bb.el("p", { class: "bb-answer-best" }, named(found.picks[0][0])),
      bb.el("p", {}, sure(found), ` Compared: ${found.of} optimizers on ${about.functions} functions, ${data.runs} instances of each.`),
      bb.el("ol", { class: "bb-picks" }, ...found.picks.map((pick, k) => place(pick, k, most)), ticks),
      ...leftOut(found),
      bb.el("h3", {}, "What would change the answer"),
      bb.el("ul", { class: "bb-changes" }, ...changes(found)));
  }

  function strips() {
    root.querySelector(".bb-strips-dim").textContent = `, ${state.dim} variables`;
    const rows = data.structures.map(({ name, label }) => ({
      label, active: name === state.structure,
      winners: data.budgets.map((budget) => {
        const found = answer(state.dim, name, budget);
        return found ? { name: data.optimizers[found.picks[0][0]].name, sure: found.picks[0][4] } : null;
      }),
    }));
    const ends = data.budgets.flatMap((budget, k) => {
      const [now, next] = [budget, data.budgets[k + 1]].map((b) => answer(state.dim, state.structure, b));
      return now && next && next.of < now.of ? [[budget, `${now.of - next.of} of ${now.of} end at ${bb.count(budget)}`]] : [];
    });
    bb.strips(root.querySelector(".bb-strips"), { budgets: data.budgets, rows, inks, ends, mark: state.budget,
      pick: (row, k) => choose({ structure: data.structures[row].name, budget: data.budgets[k] }) });
  }

  function draw() {
    const focused = document.activeElement && [document.activeElement.name, document.activeElement.value];
    const help = bb.el("p", { class: "bb-help" }, structure(state.structure).about);
    root.querySelector(".bb-controls").replaceChildren(
      radios("dim", "Variables", data.dims, String),
      radios("budget", "Evaluations per variable", data.budgets, bb.count),
      radios("structure", "Structure of the function", data.structures.map((item) => item.name), (name) => structure(name).label),
      help);
    for (const box of root.querySelectorAll(".bb-controls input")) {
      if (focused && focused[0] === box.name && focused[1] === box.value) box.focus();
    }
    card();
    strips();
  }

  function begin() {
    take(bb.readState());
    draw();
    root.classList.add("bb-ready");
  }

  window.addEventListener("hashchange", begin);
  bb.onResize(strips);
  begin();
})(window.benchbook);
