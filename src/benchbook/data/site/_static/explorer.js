/* The explorer: choose optimizers, functions, dimensions and targets; profiles and convergence follow. */
"use strict";

(function (bb) {
  const POINTS = 121;
  const FEW = 12;
  const INKS = ["blue", "orange", "green", "purple", "sky", "amber", "ink"];
  const DASHES = ["", "7 4", "2 3", "9 3 2 3"];
  const root = document.getElementById("bb-explorer");
  const scripts = JSON.parse(document.getElementById("bb-explorer-baselines").textContent);
  const names = Object.keys(scripts);
  const state = {};
  let data = null;

  // ------------------------------------------------------------------------------------------------ state

  function load(script, act) {
    const made = bb.el("script", { src: `_static/${script}` });
    made.addEventListener("load", act);
    made.addEventListener("error", () => {
      root.querySelector(".bb-readout").textContent = `${script} cannot be loaded.`;
    });
    document.head.append(made);
  }

  /* The page loads the first baseline and what it shows of it; other baselines and dimensions are loaded when chosen. */
  function loaded(given, act) {
    const name = names.includes(given.baseline) ? given.baseline : names[0];
    if (bb.data[name]) act();
    else load(scripts[name], act);
  }

  function withRuns(act) {
    const have = (bb.parts || {})[state.baseline] || {};
    const lacking = [...state.dims].filter((dim) => !have[dim]);
    let open = lacking.length;
    const done = () => {
      data = bb.baseline(state.baseline);
      act();
    };
    if (!open) done();
    for (const dim of lacking) {
      load(data.parts[dim], () => {
        open -= 1;
        if (!open) done();
      });
    }
  }

  /* Read the choice from the address; unknown names are ignored, and defaults fill what is missing. */
  function take(given) {
    state.baseline = names.includes(given.baseline) ? given.baseline : names[0];
    data = bb.baseline(state.baseline);
    const chosen = (text, known, usual) => {
      const wanted = text === undefined ? usual : text.split(",");
      return new Set(wanted.filter((name) => known.includes(name)));
    };
    state.optimizers = chosen(given.optimizers, data.optimizers.map((o) => o.name), data.usual.optimizers);
    state.functions = chosen(given.functions, data.functions.map((f) => f.name), data.functions.map((f) => f.name));
    state.dims = chosen(given.dims, data.dims.map(String), data.usual.dims);
    const last = data.targets.length - 1;
    const place = (text, otherwise) => {
      const k = data.targets.findIndex((exponent) => String(exponent) === text);
      return k < 0 ? otherwise : k;
    };
    state.from = place(given.easiest, 0);
    state.to = Math.max(place(given.hardest, last), state.from);
    state.field = data.optimizers.length > FEW && given.field !== "0";
    const known = (value, all) => (all.includes(value) ? value : "all");
    state.library = known(given.library, libraries());
    state.cost = known(given.cost, bb.COSTS.map(([value]) => value));
  }

  const libraries = () => [...new Set(data.optimizers.map((o) => o.library))].sort();

  /* Chosen optimizers stay visible under any filter. */
  const inField = (optimizer) => state.optimizers.has(optimizer.name) || bb.isOf(optimizer, state.library, state.cost);

  function keep() {
    const some = (set, usual) => (set.size === usual.length && usual.every((name) => set.has(name)) ? null : [...set].join(","));
    bb.writeState({
      baseline: state.baseline === names[0] ? null : state.baseline,
      optimizers: some(state.optimizers, data.usual.optimizers),
      functions: some(state.functions, data.functions.map((f) => f.name)),
      dims: some(state.dims, data.usual.dims),
      easiest: state.from === 0 ? null : String(data.targets[state.from]),
      hardest: state.to === data.targets.length - 1 ? null : String(data.targets[state.to]),
      field: state.field || data.optimizers.length <= FEW ? null : "0",
      library: state.library === "all" ? null : state.library,
      cost: state.cost === "all" ? null : state.cost,
    });
  }

  // ------------------------------------------------------------------------------------------------ controls

  function chip(text, set, name, mark) {
    const box = bb.el("input", { type: "checkbox", value: name, checked: set.has(name) });
    box.addEventListener("change", () => {
      if (box.checked) set.add(name);
      else set.delete(name);
      if (set === state.optimizers && data.optimizers.length > FEW) controls();
      changed();
    });
    return bb.el("label", { class: "bb-chip" }, box, ...(mark ? [mark] : []), bb.el("span", {}, text));
  }

  function button(text, act) {
    const made = bb.el("button", { type: "button", class: "bb-button" }, text);
    made.addEventListener("click", act);
    return made;
  }

  /* Check or clear several at once: if all are checked they are cleared, otherwise all are checked. */
  function toggle(set, members) {
    const all = members.every((name) => set.has(name));
    for (const name of members) {
      if (all) set.delete(name);
      else set.add(name);
    }
    controls();
    changed();
  }

  function field(legend, buttons, chips) {
    const line = bb.el("div", { class: "bb-chips" }, ...chips);
    return bb.el("fieldset", {}, bb.el("legend", {}, legend), bb.el("div", { class: "bb-presets" }, ...buttons), line);
  }

  function choice(label, id, options, value, act) {
    const select = bb.el("select", { id });
    for (const [key, text] of options) select.append(bb.el("option", { value: String(key), selected: key === value }, text));
    select.addEventListener("change", () => act(select.value));
    return bb.el("label", { class: "bb-choice", for: id }, bb.el("span", {}, label), select);
  }

  function targetChoices() {
    const whole = data.targets.map((exponent, k) => [k, exponent]).filter(([, e]) => Number.isInteger(e));
    const options = whole.map(([k, exponent]) => [k, bb.power(exponent)]);
    const act = (end) => (value) => {
      state[end] = Number(value);
      if (state.from > state.to) state[end === "from" ? "to" : "from"] = Number(value);
      controls();
      changed();
    };
    return [
      choice("Easiest target", "bb-easiest", options, state.from, act("from")),
      choice("Hardest target", "bb-hardest", options, state.to, act("to")),
    ];
  }

  /* Those of a wide field can be searched and filtered; the chosen ones stay visible. */
  function optimizerField(optimizers) {
    const all = button("all optimizers", () => toggle(state.optimizers, optimizers));
    if (optimizers.length <= FEW) {
      return field("Optimizers", [all], data.optimizers.map((o) => chip(o.name, state.optimizers, o.name, bb.swatch(styled(o)))));
    }
    const search = bb.el("input", { type: "search", id: "bb-find", placeholder: "name or library", "aria-label": "Search optimizers", value: state.find || "" });
    const grey = bb.el("input", { type: "checkbox", checked: state.field });
    grey.addEventListener("change", () => {
      state.field = grey.checked;
      changed();
    });
    const none = button("none", () => {
      state.optimizers.clear();
      controls();
      changed();
    });
    const members = () => data.optimizers.filter((o) => bb.isOf(o, state.library, state.cost)).map((o) => o.name);
    const shown = button("all of these", () => toggle(state.optimizers, members()));
    const narrow = (name) => (value) => {
      state[name] = value;
      controls();
      changed();
    };
    const filters = [
      choice("Library", "bb-library", [["all", "all"], ...libraries().map((name) => [name, name])], state.library, narrow("library")),
      choice("Own time / evaluation", "bb-cost", bb.COSTS, state.cost, narrow("cost")),
    ];
    const narrowed = state.library !== "all" || state.cost !== "all";
    const box = field("Optimizers",
      [search, ...filters, narrowed ? shown : all, none, bb.el("label", { class: "bb-chip" }, grey, bb.el("span", {}, "the others in grey"))],
      [...data.optimizers].sort((a, b) => state.optimizers.has(b.name) - state.optimizers.has(a.name))
        .map((o) => chip(o.name, state.optimizers, o.name, state.optimizers.has(o.name) ? bb.swatch(styled(o)) : null)));
    box.querySelector(".bb-chips").classList.add("bb-many");
    const filter = () => {
      state.find = search.value;
      const wanted = search.value.trim().toLowerCase();
      for (const made of box.querySelectorAll(".bb-many .bb-chip")) {
        const input = made.querySelector("input");
        const optimizer = data.optimizers.find((o) => o.name === input.value);
        const text = `${optimizer.name} ${optimizer.library}`.toLowerCase();
        made.hidden = !input.checked && !(text.includes(wanted) && inField(optimizer));
      }
    };
    search.addEventListener("input", filter);
    filter();
    return box;
  }

  /* Colours by name where there are few optimizers, otherwise by the order in which they were chosen. */
  function styled(optimizer) {
    if (data.optimizers.length <= FEW) return optimizer;
    const at = [...state.optimizers].indexOf(optimizer.name);
    return { ...optimizer, color: INKS[at % INKS.length], dash: DASHES[Math.floor(at / INKS.length) % DASHES.length] };
  }

  function controls() {
    const focused = document.activeElement && (document.activeElement.id || document.activeElement.textContent);
    const optimizers = data.optimizers.map((o) => o.name);
    const functions = data.functions.map((f) => f.name);
    const groups = [...new Set(data.functions.map((f) => f.group))];
    const ofGroup = (group) => data.functions.filter((f) => f.group === group).map((f) => f.name);
    const place = root.querySelector(".bb-controls");
    const selects = targetChoices();
    if (names.length > 1) {
      selects.unshift(
        choice("Baseline", "bb-baseline", names.map((name) => [name, name]), state.baseline, (value) => {
          loaded({ baseline: value }, () => {
            take({ baseline: value });
            controls();
            changed();
          });
        }),
      );
    }
    place.replaceChildren(
      optimizerField(optimizers),
      field("Functions",
        [button("all functions", () => toggle(state.functions, functions)),
          ...groups.map((group) => button(group, () => toggle(state.functions, ofGroup(group))))],
        data.functions.map((f) => {
          const made = chip(f.short, state.functions, f.name);
          made.title = f.title;
          return made;
        })),
      bb.el("div", { class: "bb-row" },
        field("Dimensions", [], data.dims.map((dim) => chip(String(dim), state.dims, String(dim)))), ...selects),
    );
    for (const element of place.querySelectorAll("button, select")) {
      if (focused && (element.id || element.textContent) === focused) element.focus();
    }
  }

  // ------------------------------------------------------------------------------------------------ pictures

  function cellsOf(optimizer, only) {
    const inside = (cell) => data.optimizers[cell.optimizer] === optimizer
      && state.functions.has(data.functions[cell.fn].name) && state.dims.has(String(data.dims[cell.dim]));
    return data.cells.filter((cell) => inside(cell) && (!only || only(cell)));
  }

  function span() {
    let last = 10;
    for (const cell of data.cells) {
      if (!state.dims.has(String(data.dims[cell.dim]))) continue;
      for (const run of cell.runs) last = Math.max(last, run.spent / data.dims[cell.dim]);
    }
    return bb.grid(1, last, POINTS);
  }

  function profiles(grid) {
    const curves = [];
    const quiet = [];
    const problems = state.functions.size * state.dims.size;
    for (const optimizer of data.optimizers) {
      const loud = state.optimizers.has(optimizer.name);
      if (!loud && !(state.field && inField(optimizer))) continue;
      const cells = cellsOf(optimizer);
      if (!cells.length || (!loud && cells.length < problems)) continue;
      const found = bb.profile(cells, data.dims, state.from, state.to, grid);
      const budget = Math.min(...cells.map((cell) => optimizer.budgets[cell.dim]));
      found.share = found.share.map((value, k) => (grid[k] > budget * (1 + 1e-9) ? null : value));
      if (loud) curves.push({ optimizer: styled(optimizer), cells, ...found });
      else quiet.push({ optimizer: { ...optimizer, color: "field", dash: "" }, quiet: true, ...found });
    }
    const holder = root.querySelector(".bb-profile");
    const chosen = (items, known) => items.flatMap((item, k) => (known(item) ? [k] : []));
    const best = bb.reference(data, chosen(data.functions, (f) => state.functions.has(f.name)),
      chosen(data.dims, (dim) => state.dims.has(String(dim))), state.from, state.to, grid);
    const virtual = curves.length && data.optimizers.length > FEW
      && bb.virtualBest(data, inField, (f) => state.functions.has(f.name), state.dims, state.from, state.to, grid);
    const drawn = curves.length ? [best, virtual, ...curves].filter(Boolean) : curves;
    const frame = bb.drawProfiles(holder, curves.length ? [...quiet, ...drawn] : [], grid, { label: "Runtime profiles of the chosen optimizers" });
    bb.pointer(holder, frame, drawn, grid, root.querySelector(".bb-readout"),
      curves.length ? undefined : "Choose at least one optimizer, function and dimension.");
    numbers(curves, grid);
  }

  function numbers(curves, grid) {
    const marks = [1, 10, 100, 1000, 10000].filter((x) => x >= grid[0] && x < grid[POINTS - 1] * 0.99);
    const places = [...marks.map((x) => [bb.count(x), grid.findIndex((value) => value > x * (1 + 1e-9)) - 1]),
      [`end (${bb.count(grid[POINTS - 1])})`, POINTS - 1]];
    const hardest = `runs within ${bb.power(data.targets[state.to])}`;
    const ranked = curves.slice().sort((a, b) => Math.max(...b.share) - Math.max(...a.share)); // null counts as 0
    const row = (curve) => {
      const found = curve.cells.map((cell) => bb.ert(cell, state.to));
      const hits = found.reduce((sum, item) => sum + item.hits, 0);
      const runs = found.reduce((sum, item) => sum + item.runs, 0);
      const name = bb.el("td", {}, bb.swatch(curve.optimizer), " ", ...bb.breakable(curve.optimizer.name));
      const cells = places.map(([, k]) => bb.el("td", {}, k < 0 || curve.share[k] === null ? "–" : bb.percent(curve.share[k])));
      return bb.el("tr", {}, name, ...cells, bb.el("td", {}, `${hits} of ${runs}`));
    };
    const heads = ["optimizer", ...places.map(([text]) => text), hardest];
    root.querySelector(".bb-numbers").replaceChildren(
      bb.el("caption", {}, "Share of targets reached, by evaluations / dimension"),
      bb.el("thead", {}, bb.el("tr", {}, ...heads.map((text) => bb.el("th", { scope: "col" }, text)))),
      bb.el("tbody", {}, ...ranked.map(row)));
  }

  function convergences(grid) {
    const dims = data.dims.filter((dim) => state.dims.has(String(dim)));
    const dim = dims[dims.length - 1];
    const place = root.querySelector(".bb-panels");
    const chosen = data.functions.filter((f) => state.functions.has(f.name));
    root.querySelector(".bb-panels-dim").textContent = dim === undefined ? "" : `, ${dim}-D`;
    place.replaceChildren(...(dim === undefined ? [] : chosen.map(() => bb.el("div", { class: "bb-panel" }))));
    if (dim === undefined) return;
    const coarse = grid.filter((_, k) => k % 2 === 0);
    const [top, bottom] = [data.targets[0], data.targets[data.targets.length - 1]];
    const ticks = data.targets.filter((e) => Number.isInteger(e) && (e - bottom) % 5 === 0).map((e) => [e, bb.power(e)]);
    const cells = data.cells.filter((cell) => data.dims[cell.dim] === dim);
    chosen.forEach((fn, k) => {
      const holder = place.children[k];
      const frame = bb.frame({ width: Math.floor(holder.clientWidth), height: 216, small: true, title: fn.title, ticks,
        xLabel: "evaluations / dimension", yLabel: "precision",
        x: [grid[0], grid[grid.length - 1]], y: [bottom, top] });
      const ends = [];
      const own = cells.filter((cell) => data.functions[cell.fn] === fn);
      const levelsOf = (cell) => {
        const end = Math.max(...cell.runs.map((run) => run.spent)) / dim; // beyond, there are no runs
        return bb.convergence(cell, dim, coarse).map((level, n) => (level < 0 || (n && coarse[n - 1] > end) ? null : data.targets[level]));
      };
      const others = own.filter((cell) => !state.optimizers.has(data.optimizers[cell.optimizer].name));
      const grey = state.field && state.optimizers.size ? others.filter((cell) => inField(data.optimizers[cell.optimizer])) : [];
      for (const cell of grey) frame.line(coarse, levelsOf(cell), { ...data.optimizers[cell.optimizer], color: "field", dash: "" });
      for (const cell of own.filter((c) => !others.includes(c))) {
        const optimizer = data.optimizers[cell.optimizer];
        const levels = levelsOf(cell);
        frame.line(coarse, levels, styled(optimizer));
        const last = levels.reduce((before, level) => level ?? before, null);
        ends.push(`${optimizer.name} ${last === null ? "none" : bb.power(last)}`);
      }
      const text = `Convergence on ${fn.title}, ${dim}-D. Hardest target that half of the runs reach: ${ends.join(", ")}.`;
      frame.root.setAttribute("aria-label", text);
      holder.append(frame.root);
    });
  }

  function draw() {
    const grid = state.dims.size ? span() : bb.grid(1, 10, POINTS);
    profiles(grid);
    convergences(grid);
    const about = root.querySelector(".bb-source");
    about.querySelector("a").setAttribute("href", data.href);
    about.querySelector("a").textContent = data.artifact;
    about.querySelector("code").textContent = data.verify;
  }

  function changed() {
    keep();
    withRuns(draw);
  }

  // ------------------------------------------------------------------------------------------------ begin

  function begin() {
    const given = bb.readState();
    loaded(given, () => {
      take(given);
      controls();
      withRuns(() => {
        draw();
        root.classList.add("bb-ready");
      });
    });
  }

  root.querySelector(".bb-reset").addEventListener("click", () => {
    take({});
    controls();
    changed();
  });
  root.querySelector(".bb-copy").addEventListener("click", async (event) => {
    const said = event.currentTarget;
    try {
      await navigator.clipboard.writeText(location.href);
      said.textContent = "Link copied";
    } catch {
      said.textContent = "The link is in the address bar";
    }
  });
  window.addEventListener("hashchange", begin);
  bb.onResize(() => {
    if (data) draw();
  });
  begin();
})(window.benchbook);
