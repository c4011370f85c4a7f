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
    const number = (value, digits) => (value === null ? "missing" : value.toFixed(digits));
    const row = (item, place) => bb.el("tr", {},
      bb.el("td", {}, String(place + 1)),
      bb.el("td", {}, bb.swatch(boards.optimizers[item.optimizer]), ` ${boards.optimizers[item.optimizer].name}`),
      bb.el("td", {}, number(item.rank, 2)), bb.el("td", {}, number(item.aocc, 4)),
      bb.el("td", {}, item.reached === null ? "missing" : bb.percent(item.reached)),
      bb.el("td", {}, item.solved === null ? "missing" : bb.percent(item.solved)),
      bb.el("td", {}, item.us === null ? "missing" : bb.count(item.us)));
    root.querySelector("tbody").replaceChildren(...board.rows.map(row));
  }

  /* Demšar's diagram: mean ranks on a line, the best at the left, bars over those that cannot be told apart. */
  function ranks(board) {
    const holder = root.querySelector(".bb-ranks");
    const width = Math.max(holder.clientWidth, 300);
    const rows = board.rows.filter((item) => item.rank !== null);
    const half = Math.ceil(rows.length / 2);
    const bars = board.cliques.length;
    const narrow = width < 560;
    const side = narrow ? 30 : 190;
    const top = 62;
    const height = top + 22 + 8 * bars + 22 * (narrow ? rows.length : half) + 8;
    const px = (rank) => side + ((rank - 1) / Math.max(boards.optimizers.length - 1, 1)) * (width - 2 * side);
    const frame = bb.svg("svg", { width, height, class: "bb-chart", role: "img" });
    const text = (x, y, content, anchor, css) => {
      const made = bb.svg("text", { x, y, "text-anchor": anchor, class: css });
      made.textContent = content;
      frame.append(made);
    };
    const path = (d, css) => frame.append(bb.svg("path", { d, class: css }));
    path(`M${px(1)} ${top}H${px(boards.optimizers.length)}`, "bb-axis");
    for (let rank = 1; rank <= boards.optimizers.length; rank += 1) {
      path(`M${px(rank)} ${top}v-6`, "bb-axis");
      text(px(rank), top - 10, String(rank), "middle", "bb-tick");
    }
    if (board.critical !== null) {
      const end = px(1 + board.critical);
      path(`M${px(1)} 18v8m0 -4H${end}m0 -4v8`, "bb-axis");
      text(px(1), 12, `critical difference ${board.critical.toFixed(2)}, ${board.problems} problems`, "start", "bb-tick");
    } else {
      text(narrow ? 4 : px(1), 20, `undecided: ${board.reason}`, "start", "bb-tick");
    }
    board.cliques.forEach(([first, last], k) => {
      const y = top + 10 + 8 * k;
      path(`M${px(rows[first].rank) - 4} ${y}H${px(rows[last].rank) + 4}`, "bb-clique");
    });
    rows.forEach((item, place) => {
      const optimizer = boards.optimizers[item.optimizer];
      const left = !narrow && place < half;
      const row = narrow ? place : left ? place : rows.length - 1 - place;
      const y = top + 24 + 8 * bars + 22 * row;
      const x = px(item.rank);
      const label = `${optimizer.name}  ${item.rank.toFixed(2)}`;
      frame.append(bb.svg("circle", { cx: x, cy: top, r: 4, class: `bb-dot bb-fill-${optimizer.color}` }));
      if (narrow) {
        const flip = x > width / 2;
        path(`M${x} ${top}V${y}h${flip ? -8 : 8}`, `bb-leader bb-ink-${optimizer.color}`);
        text(x + (flip ? -12 : 12), y + 4, label, flip ? "end" : "start", `bb-name bb-fill-${optimizer.color}`);
      } else {
        path(`M${x} ${top}V${y}H${left ? side - 6 : width - side + 6}`, `bb-leader bb-ink-${optimizer.color}`);
        text(left ? side - 10 : width - side + 10, y + 4, label, left ? "end" : "start", `bb-name bb-fill-${optimizer.color}`);
      }
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
