/* The leaderboard: ranks with intervals, who is best at which budget, and profiles, for the chosen problems and optimizers. */
"use strict";

(function (bb) {
  const SAMPLES = 200;
  const PINS = 6;
  const root = document.getElementById("bb-leaderboard");
  const scripts = JSON.parse(document.getElementById("bb-leaderboard-baselines").textContent);
  const names = Object.keys(scripts);
  const state = { find: "" };
  let board = null;
  let stop = () => {};
  let found = {};

  // ------------------------------------------------------------------------------------------------ state

  const groups = () => [...new Set(board.functions.map((fn) => fn.group))];
  const libraries = () => [...new Set(board.optimizers.map((o) => o.library))].sort();

  /* The last mark that at least half of the optimizers were run for in all dimensions. */
  function usualMark() {
    const enough = (mark) => board.optimizers.filter((o) => Math.min(...o.budgets) >= mark * (1 - 1e-9)).length;
    return board.marks.filter((mark) => 2 * enough(mark) >= board.optimizers.length).pop() || board.marks[0];
  }

  function take(given) {
    const known = (value, all, otherwise) => all.find((item) => String(item) === value) ?? otherwise;
    state.baseline = known(given.baseline, names, names[0]);
    board = bb.board(state.baseline);
    state.dim = known(given.dim, board.dims, "all");
    state.group = known(given.group, groups(), "all");
    state.budget = known(given.budget, board.marks, usualMark());
    state.library = known(given.library, libraries(), "all");
    state.cost = known(given.cost, bb.COSTS.map(([value]) => value), "all");
    const place = (name) => board.optimizers.findIndex((o) => o.name === name);
    state.pins = given.pin === undefined ? null : given.pin.split(",").map(place).filter((k) => k >= 0).slice(0, PINS);
  }

  function keep() {
    const other = (value) => (value === "all" ? null : String(value));
    bb.writeState({
      baseline: state.baseline === names[0] ? null : state.baseline,
      dim: other(state.dim), group: other(state.group), library: other(state.library), cost: other(state.cost),
      budget: state.budget === usualMark() ? null : String(state.budget),
      pin: state.pins === null ? null : state.pins.map((k) => board.optimizers[k].name).join(","),
    });
  }

  /* The page comes with the first board, and loads the others when they are chosen. */
  function loaded(name, act) {
    if ((bb.boards || {})[name]) {
      act();
      return;
    }
    const script = bb.el("script", { src: `_static/${scripts[name]}` });
    script.addEventListener("load", act);
    script.addEventListener("error", () => {
      root.querySelector(".bb-about").textContent = `The baseline ${name} cannot be loaded.`;
    });
    document.head.append(script);
  }

  function change(changed) {
    Object.assign(state, changed);
    keep();
    draw();
  }

  function pin(k) {
    const pins = state.pins || [];
    change({ pins: pins.includes(k) ? pins.filter((other) => other !== k) : [...pins, k].slice(-PINS) });
  }

  // ------------------------------------------------------------------------------------------------ controls

  function radios(name, label, values, text, act) {
    const chips = values.map((value) => {
      const box = bb.el("input", { type: "radio", name: `bb-${name}`, value: String(value), checked: state[name] === value });
      box.addEventListener("change", () => (act ? act(value) : change({ [name]: value })));
      return bb.el("label", { class: "bb-chip" }, box, bb.el("span", {}, text(value)));
    });
    return bb.el("fieldset", {}, bb.el("legend", {}, label), bb.el("div", { class: "bb-chips" }, ...chips));
  }

  function select(name, label, options) {
    const made = bb.el("select", { id: `bb-${name}` });
    for (const [value, text] of options) made.append(bb.el("option", { value, selected: state[name] === value }, text));
    made.addEventListener("change", () => change({ [name]: made.value }));
    return bb.el("label", { class: "bb-choice", for: `bb-${name}` }, bb.el("span", {}, label), made);
  }

  function controls() {
    const search = bb.el("input", { type: "search", id: "bb-find", placeholder: "name or library", value: state.find });
    search.addEventListener("input", () => {
      state.find = search.value;
      filterRows();
    });
    const place = root.querySelector(".bb-controls");
    const moved = document.activeElement && document.activeElement.name === "bb-baseline";
    place.replaceChildren(
      ...(names.length > 1 ? [radios("baseline", "Baseline", names, (name) => name, (name) => loaded(name, () => {
        take({ baseline: name });
        controls();
        change({});
      }))] : []),
      bb.el("div", { class: "bb-row" },
        radios("budget", "Evaluations per variable", board.marks, bb.count),
        radios("dim", "Variables", ["all", ...board.dims], String)),
      radios("group", "Functions", ["all", ...groups()], (group) => group),
      bb.el("div", { class: "bb-row" },
        select("library", "Library", [["all", "all"], ...libraries().map((name) => [name, name])]),
        select("cost", "Own time / evaluation", bb.COSTS),
        bb.el("label", { class: "bb-choice", for: "bb-find" }, bb.el("span", {}, "Search"), search)));
    if (moved) place.querySelector("input[name=bb-baseline]:checked").focus();
  }

  // ------------------------------------------------------------------------------------------------ table

  function filterRows() {
    const wanted = state.find.trim().toLowerCase();
    for (const row of root.querySelectorAll(".bb-standings tbody tr")) {
      row.hidden = wanted !== "" && !row.dataset.name.includes(wanted) && !row.classList.contains("bb-pinned");
    }
  }

  const count = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;
  const numeric = (text, css = "") => bb.el("td", { class: `bb-number ${css}` }, text);

  function interval(row, most, ink) {
    const at = (value) => `${(100 * (value - 1)) / (most - 1 || 1)}%`;
    const bar = bb.el("span", { class: `bb-interval bb-tone-${ink}`, "aria-hidden": "true" });
    if (row.low !== undefined) {
      const line = bb.el("span", { class: "bb-interval-line" });
      line.style.left = at(row.low);
      line.style.width = `${(100 * (row.high - row.low)) / (most - 1 || 1)}%`;
      bar.append(line);
    }
    const dot = bb.el("span", { class: "bb-interval-dot" });
    dot.style.left = at(row.rank);
    bar.append(dot);
    return bar;
  }

  function tableRow(row, place, most, inks) {
    const optimizer = board.optimizers[row.optimizer];
    const ink = inks.get(optimizer.name);
    const box = bb.el("input", { type: "checkbox", checked: Boolean(ink), "aria-label": `pin ${optimizer.name}` });
    box.addEventListener("change", () => pin(row.optimizer));
    const share = (value) => (value === undefined || value === null ? "" : `${Math.round(100 * value)}\u00a0%`);
    const range = row.low === undefined ? "" : `${row.low.toFixed(1)} to ${row.high.toFixed(1)}`;
    const made = bb.el("tr", { class: ink ? `bb-pinned bb-tone-${ink}` : "" },
      numeric(String(place + 1)),
      bb.el("td", { class: "bb-who" }, bb.el("label", {}, box, bb.el("span", {}, ...bb.breakable(optimizer.name)))),
      bb.el("td", { class: "bb-bar" }, interval(row, most, ink || "grey")),
      bb.el("td", { class: "bb-number" }, row.rank.toFixed(2), bb.el("span", { class: "bb-range" }, range)),
      numeric(share(row.ahead)), numeric(share(row.first), "bb-wide"), numeric(bb.percent(row.reached)),
      numeric(bb.percent(row.solved), "bb-wide"), numeric(optimizer.us === null ? "missing" : bb.count(optimizer.us), "bb-wide"));
    made.dataset.name = optimizer.name.toLowerCase() + (optimizer.name.includes(":") ? "" : ` ${optimizer.library}`);
    return made;
  }

  function table(standing, inks) {
    const n = standing.rows.length;
    root.querySelector(".bb-standings tbody").replaceChildren(...standing.rows.map((row, k) => tableRow(row, k, n, inks)));
    root.querySelector(".bb-axis-end").textContent = String(n);
    filterRows();
  }

  function about(standing) {
    const { rows, problems, left } = standing;
    const critical = board.critical[rows.length - 2];
    const decided = rows.length > 2 && problems.length > 4
      ? ` Critical difference of mean ranks: ${(critical / Math.sqrt(problems.length)).toFixed(2)} (Friedman and Nemenyi, 5\u00a0%).` : "";
    root.querySelector(".bb-about").textContent = `${count(rows.length, "optimizer")} on ${count(problems.length, "problem")}, `
      + `${count(board.runs, "run")} each, after ${bb.count(state.budget)} evaluations per variable.${decided}`;
    const gone = root.querySelector(".bb-left");
    gone.hidden = !left.length;
    gone.querySelector("summary").textContent = `${count(left.length, "optimizer")} not run for this budget on all of these problems`;
    gone.querySelector("p").textContent = left.map((k) => board.optimizers[k].name).join(", ");
  }

  // ------------------------------------------------------------------------------------------------ pictures

  /* From five evaluations per variable on: before, hardly more than the start of each optimizer is seen. */
  const firstPoint = () => Math.max(board.grid.findIndex((x) => x >= 5), 0);

  function stripRows(chosen, optimizers) {
    const from = firstPoint();
    const known = new Map();
    const parts = state.group === "all" ? groups().map((group) => [group, board.functions.flatMap((fn, k) => (fn.group === group ? [k] : []))])
      : chosen.fns.map((k) => [board.functions[k].title, [k]]);
    return [[state.group === "all" ? "all functions" : state.group, chosen.fns], ...(parts.length > 1 ? parts : [])]
      .map(([label, fns]) => ({ label, winners: bb.winners(board, bb.problems(board, fns, chosen.dims), chosen.dims, optimizers, from, known) }));
  }

  function strips(rows, dims, optimizers) {
    const lengths = new Map();
    for (const row of rows) for (const winner of row.winners) if (winner) lengths.set(winner.name, (lengths.get(winner.name) || 0) + 1);
    const order = [...lengths].sort((a, b) => b[1] - a[1]).map(([name]) => name);
    const pinned = pinInks();
    const free = bb.INKS.filter((ink) => ![...pinned.values()].includes(ink));
    const inks = new Map(pinned);
    for (const name of order) if (!inks.has(name) && free.length) inks.set(name, free.shift());
    const budgets = board.grid.slice(firstPoint());
    bb.strips(root.querySelector(".bb-strips"), { budgets, rows, inks, ends: endsOf(dims, optimizers, budgets) });
  }

  /* Where compared optimizers drop out before the end. */
  function endsOf(dims, optimizers, budgets) {
    const gone = new Map();
    for (const k of optimizers) {
      const own = dims.map((dim) => board.optimizers[k].budgets[dim]);
      const budget = Math.min(...own);
      if (budget >= budgets[0] && budget < budgets[budgets.length - 1] * (1 - 1e-6)) gone.set(budget, (gone.get(budget) || 0) + 1);
    }
    return [...gone].sort((a, b) => a[0] - b[0]).map(([budget, n]) => [budget, `${n} of ${optimizers.length} end at ${bb.count(budget)}`]);
  }

  const pinInks = () => new Map((state.pins || state.usual).map((k, place) => [board.optimizers[k].name, bb.INKS[place]]));

  function curvesOf(problems, dims, optimizers, single) {
    const pinned = state.pins || state.usual;
    const inks = pinInks();
    const made = [];
    const add = (found, optimizer, quiet) => found && made.push({ ...found, optimizer, quiet });
    add(board.reference && bb.lineCurve(board, problems, board.reference.cells), { name: (board.reference || {}).name, color: "reference", dash: "" });
    const shown = optimizers.filter((k) => !pinned.includes(k) && k !== single);
    for (const k of shown) add(bb.meanCurve(board, problems, k, dims), { name: board.optimizers[k].name, color: "field", dash: "" }, true);
    add(bb.lineCurve(board, problems, board.best), { name: "virtual best", color: "ink", dash: "5 4" });
    if (single !== undefined && !pinned.includes(single)) {
      add(bb.meanCurve(board, problems, single, dims), { name: `single best: ${board.optimizers[single].name}`, color: "ink", dash: "" });
    }
    for (const k of pinned) {
      const { name } = board.optimizers[k];
      add(bb.meanCurve(board, problems, k, dims), { name, color: inks.get(name), dash: "" });
    }
    return made;
  }

  function panels(chosen, optimizers, single) {
    const parts = state.group === "all" && groups().length > 1 ? ["all", ...groups().slice(0, 15)] : [state.group];
    const large = root.querySelector(".bb-large");
    const small = root.querySelector(".bb-panels");
    small.replaceChildren(...parts.slice(1).map(() => bb.el("div", { class: "bb-panel" })));
    parts.forEach((group, place) => {
      const fns = group === "all" ? chosen.fns : chosen.fns.filter((k) => board.functions[k].group === group);
      const title = group === "all" ? "all functions" : group;
      const curves = curvesOf(bb.problems(board, fns, chosen.dims), chosen.dims, optimizers, single);
      const frame = bb.drawProfiles(place ? small.children[place - 1] : large, curves, board.grid,
        { small: place > 0, title, label: `Runtime profiles, ${title}` });
      if (!place) bb.pointer(large, frame, curves.filter((curve) => !curve.quiet), board.grid, root.querySelector(".bb-readout"));
    });
  }

  // ------------------------------------------------------------------------------------------------ all

  /* What depends on the chosen problems and optimizers, not on pins: computed once for each choice. */
  function chosen() {
    const { baseline, dim, group, budget, library, cost } = state;
    const problemKey = JSON.stringify([baseline, dim, group, library, cost]);
    const key = problemKey + budget;
    if (found.key === key) return found;
    stop();
    const fns = board.functions.flatMap((fn, k) => (state.group === "all" || fn.group === state.group ? [k] : []));
    const dims = board.dims.flatMap((dim, k) => (state.dim === "all" || dim === state.dim ? [k] : []));
    const optimizers = board.optimizers.flatMap((o, k) => (bb.isOf(o, state.library, state.cost) ? [k] : []));
    const problems = bb.problems(board, fns, dims);
    const standing = bb.standing(board, problems, optimizers, board.marks.indexOf(state.budget));
    const rows = found.problemKey === problemKey ? found.strips : stripRows({ fns, dims }, optimizers);
    found = { key, problemKey, fns, dims, optimizers, standing, strips: rows, resampled: false };
    state.usual = standing.rows.slice(0, 5).map((row) => row.optimizer);
    const mine = found;
    stop = bb.resample(board, standing, SAMPLES, () => {
      mine.resampled = true;
      table(standing, pinInks());
      root.classList.add("bb-resampled");
    });
    return found;
  }

  function draw() {
    const { fns, dims, optimizers, standing, strips: rows, resampled } = chosen();
    root.classList.toggle("bb-resampled", resampled);
    table(standing, pinInks());
    about(standing);
    strips(rows, dims, optimizers);
    panels({ fns, dims }, optimizers, (standing.rows[0] || {}).optimizer);
    const from = root.querySelector(".bb-source");
    from.querySelector("a").setAttribute("href", board.href);
    from.querySelector("a").textContent = board.artifact;
    from.querySelector("span").textContent = board.published;
    from.querySelector("code").textContent = board.verify;
  }

  function begin() {
    const given = bb.readState();
    loaded(names.includes(given.baseline) ? given.baseline : names[0], () => {
      take(given);
      controls();
      draw();
      root.classList.add("bb-ready");
    });
  }

  window.addEventListener("hashchange", begin);
  bb.onResize(() => { if (board) draw(); });
  begin();
})(window.benchbook);
