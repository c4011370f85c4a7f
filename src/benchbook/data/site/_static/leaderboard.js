/* The leaderboard: ranks, critical difference and profiles for the chosen dimension and group of functions. */
"use strict";

(function (bb) {
  const root = document.getElementById("bb-leaderboard");
  const boards = JSON.parse(document.getElementById("bb-leaderboard-data").textContent);
  const data = bb.baseline(boards.baseline);
  const state = {};

  function take(given) {
    state.dim = boards.dims.includes(given.dim) ? given.dim : "all";
    state.group = boards.groups.includes(given.group) ? given.group : "all";
  }

  function radios(name, label, values, text) {
    const chips = values.map((value) => {
      const box = bb.el("input", { type: "radio", name, value, checked: state[name] === value });
      box.addEventListener("change", () => {
        state[name] = value;
        bb.writeState({ dim: state.dim === "all" ? null : state.dim, group: state.group === "all" ? null : state.group });
        draw();
      });
      return bb.el("label", { class: "bb-chip" }, box, bb.el("span", {}, text(value)));
    });
    return bb.el("fieldset", {}, bb.el("legend", {}, label), bb.el("div", { class: "bb-chips" }, ...chips));
  }

  function table(board) {
    const cell = (text) => bb.el("td", { class: "bb-number" }, text);
    const number = (value, digits) => cell(value === null ? "missing" : value.toFixed(digits));
    const share = (value) => cell(value === null ? "missing" : bb.percent(value));
    const row = (item, place) => bb.el("tr", {},
      bb.el("td", {}, String(place + 1)),
      bb.el("td", {}, bb.swatch(boards.optimizers[item.optimizer]), " ", ...bb.breakable(boards.optimizers[item.optimizer].name)),
      number(item.rank, 2), number(item.aocc, 4), share(item.reached), share(item.solved), number(item.us, 2));
    root.querySelector("tbody").replaceChildren(...board.rows.map(row));
  }

  /* Demšar's diagram: mean ranks on a line, the best at the left, bars over those that cannot be told apart. Where the
     page is narrow or there are many optimizers, each has a line of its own, so that no label lies on another's line. */
  function ranks(board) {
    const holder = root.querySelector(".bb-ranks");
    const width = Math.max(holder.clientWidth, 300);
    const rows = board.rows.filter((item) => item.rank !== null);
    const half = Math.ceil(rows.length / 2);
    const bars = board.cliques.length;
    const lines = width < 560 || rows.length > 14;
    const longest = Math.max(...boards.optimizers.map((optimizer) => optimizer.name.length + 6));
    const left = lines ? Math.min(7 * longest + 10, width / 2) : 190;
    const right = lines ? 14 : 190;
    const top = 62;
    const first = top + 24 + 8 * bars;
    const height = first + 22 * (lines ? rows.length : half) + 6;
    const px = (rank) => left + ((rank - 1) / Math.max(boards.optimizers.length - 1, 1)) * (width - left - right);
    const frame = bb.svg("svg", { width, height, class: "bb-chart", role: "img" });
    const text = (x, y, content, anchor, css) => {
      const made = bb.svg("text", { x, y, "text-anchor": anchor, class: css });
      made.textContent = content;
      frame.append(made);
    };
    const path = (d, css) => frame.append(bb.svg("path", { d, class: css }));
    path(`M${px(1)} ${top}H${px(boards.optimizers.length)}`, "bb-axis");
    const every = Math.ceil(boards.optimizers.length / 12);
    for (let rank = 1; rank <= boards.optimizers.length; rank += every) {
      path(`M${px(rank)} ${top}v-6`, "bb-axis");
      if (lines) path(`M${px(rank)} ${top}V${height - 6}`, "bb-grid");
      text(px(rank), top - 10, String(rank), "middle", "bb-tick");
    }
    text(px((boards.optimizers.length + 1) / 2), top - 26, "mean rank", "middle", "bb-axis-label");
    const origin = lines ? 4 : px(1);
    if (board.critical !== null) {
      path(`M${origin} 18v8m0 -4h${px(1 + board.critical) - px(1)}m0 -4v8`, "bb-axis");
      text(origin, 12, `critical difference ${board.critical.toFixed(2)}, ${board.problems} problems`, "start", "bb-tick");
    } else {
      text(origin, 20, `undecided: ${board.reason}`, "start", "bb-tick");
    }
    board.cliques.forEach(([best, worst], k) => {
      const y = top + 10 + 8 * k;
      path(`M${px(rows[best].rank) - 4} ${y}H${px(rows[worst].rank) + 4}`, "bb-clique");
    });
    rows.forEach((item, place) => {
      const optimizer = boards.optimizers[item.optimizer];
      const atLeft = lines || place < half;
      const row = atLeft ? place : rows.length - 1 - place;
      const y = first + 22 * row;
      const x = px(item.rank);
      const label = `${optimizer.name}  ${item.rank.toFixed(2)}`;
      const from = lines ? "" : `M${x} ${top}V${y}`;
      path(`${from || `M${x} ${y}`}H${atLeft ? left - 6 : width - right + 6}`, `bb-leader bb-ink-${optimizer.color}`);
      frame.append(bb.svg("circle", { cx: x, cy: lines ? y : top, r: 4, class: `bb-dot bb-fill-${optimizer.color}` }));
      const css = `bb-name bb-fill-${optimizer.color}`;
      text(atLeft ? left - 10 : width - right + 10, y + 4, label, atLeft ? "end" : "start", css);
    });
    const said = rows.map((item) => `${boards.optimizers[item.optimizer].name} ${item.rank.toFixed(2)}`).join(", ");
    frame.setAttribute("aria-label", `Critical-difference diagram of mean ranks: ${said}.`);
    holder.replaceChildren(frame);
  }

  function panels() {
    const place = root.querySelector(".bb-panels");
    const wanted = (cell) => state.dim === "all" || String(data.dims[cell.dim]) === state.dim;
    const groups = state.group === "all" ? ["all", ...boards.groups.filter((g) => g !== "all")] : [state.group];
    place.replaceChildren(...groups.map(() => bb.el("div", { class: "bb-panel" })));
    let last = 10;
    for (const cell of data.cells) {
      if (wanted(cell)) for (const run of cell.runs) last = Math.max(last, run.spent / data.dims[cell.dim]);
    }
    const grid = bb.grid(1, last, 121);
    groups.forEach((group, k) => {
      const curves = [];
      data.optimizers.forEach((optimizer, number) => {
        const cells = data.cells.filter((cell) => cell.optimizer === number && wanted(cell)
          && (group === "all" || data.functions[cell.fn].group === group));
        const targets = data.targets.length - 1;
        if (cells.length) curves.push({ optimizer, ...bb.profile(cells, data.dims, 0, targets, grid) });
      });
      const positions = (items, known) => items.flatMap((item, position) => (known(item) ? [position] : []));
      const best = bb.reference(data, positions(data.functions, (fn) => group === "all" || fn.group === group),
        positions(data.dims, (dim) => state.dim === "all" || String(dim) === state.dim), 0, data.targets.length - 1, grid);
      if (best) curves.unshift(best);
      const title = group === "all" ? "all functions" : group;
      bb.drawProfiles(place.children[k], curves, grid, { small: groups.length > 1, title, label: `Runtime profiles, ${title}` });
    });
  }

  function draw() {
    const board = boards.boards[`${state.dim}|${state.group}`];
    table(board);
    ranks(board);
    if (data) panels();
  }

  function begin() {
    take(bb.readState());
    root.querySelector(".bb-controls").replaceChildren(
      radios("dim", "Dimension", boards.dims, (dim) => (dim === "all" ? "all" : `${dim}-D`)),
      radios("group", "Functions", boards.groups, (group) => group));
    draw();
  }

  window.addEventListener("hashchange", begin);
  bb.onResize(draw);
  begin();
  root.classList.add("bb-ready");
})(window.benchbook);
