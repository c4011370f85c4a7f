/* What leaderboard and explorer share: published first hits, the measures over them, and charts in SVG.

   Texts out of artifacts go into the page as text (textContent, setAttribute), never as markup. */
"use strict";

window.benchbook = window.benchbook || { data: {} };

(function (bb) {
  const SVG = "http://www.w3.org/2000/svg";

  // ------------------------------------------------------------------------------------------------ data

  /* Hits travel as differences in base 36: "evaluations|first,second,..." for each run, an empty one for 0. */
  function decodeRuns(text) {
    return text.split(";").map((run) => {
      const [spent, hits] = run.split("|");
      const found = [];
      let at = 0;
      if (hits !== "") for (const step of hits.split(",")) found.push((at += step === "" ? 0 : parseInt(step, 36)));
      return { spent: parseInt(spent, 36), hits: found };
    });
  }

  bb.baseline = function (name) {
    const data = bb.data[name];
    if (data && !data.decoded) {
      data.cells = data.cells.map(([optimizer, fn, dim, runs]) => ({ optimizer, fn, dim, runs: decodeRuns(runs) }));
      data.decoded = true;
    }
    return data;
  };

  // ------------------------------------------------------------------------------------------------ measures

  bb.grid = function (low, high, points) {
    const made = Array.from({ length: points }, (_, k) => low * Math.pow(high / low, k / (points - 1)));
    made[points - 1] = high;
    return made;
  };

  /* First position of a rising, log-spaced grid that is not below the value. */
  function position(grid, value) {
    const last = grid.length - 1;
    if (value > grid[last]) return -1;
    let k = Math.ceil((Math.log(value / grid[0]) / Math.log(grid[last] / grid[0])) * last);
    k = Math.min(Math.max(k, 0), last);
    while (k > 0 && grid[k - 1] >= value) k -= 1;
    while (grid[k] < value) k += 1;
    return k;
  }

  /* Share of (target, run) reached within x evaluations per dimension; cells weigh alike. */
  bb.profile = function (cells, dims, from, to, grid) {
    const gained = new Float64Array(grid.length);
    const ends = [];
    for (const cell of cells) {
      const dim = dims[cell.dim];
      const weight = 1 / (cells.length * cell.runs.length * (to - from + 1));
      for (const run of cell.runs) {
        ends.push(run.spent / dim);
        for (let t = from; t <= to && t < run.hits.length; t += 1) {
          const k = position(grid, run.hits[t] / dim);
          if (k >= 0) gained[k] += weight;
        }
      }
    }
    const share = [];
    gained.reduce((sum, part) => (share.push(Math.min(sum + part, 1)), sum + part), 0);
    ends.sort((a, b) => a - b);
    return { share, end: ends[Math.floor((ends.length - 1) / 2)] };
  };

  /* Curve of a reference, published algorithms instead of runs, over some functions and dimensions (as positions); null
     unless it has all of them. */
  bb.reference = function (data, fns, dims, from, to, grid) {
    const known = data.reference;
    if (!known || !fns.length || !dims.length) return null;
    const gained = new Float64Array(grid.length);
    for (const fn of fns) {
      for (const dim of dims) {
        const times = known.cells[`${fn}|${dim}`];
        if (!times) return null;
        for (let t = from; t <= to && t < times.length; t += 1) {
          const k = position(grid, times[t] / data.dims[dim]);
          if (k >= 0) gained[k] += 1 / (fns.length * dims.length * (to - from + 1));
        }
      }
    }
    const share = [];
    gained.reduce((sum, part) => (share.push(Math.min(sum + part, 1)), sum + part), 0);
    return { optimizer: { name: known.name, color: "reference", dash: "" }, share, end: null };
  };

  /* The hardest target that half of the runs have reached, as its position; -1 before the first. */
  bb.convergence = function (cell, dim, grid) {
    return grid.map((x) => {
      const levels = cell.runs.map((run) => run.hits.filter((hit) => hit <= x * dim * (1 + 1e-12)).length);
      levels.sort((a, b) => b - a);
      return levels[Math.ceil(levels.length / 2) - 1] - 1;
    });
  };

  /* Expected running time: evaluations of all runs until the hit or their end, over the number of hits. */
  bb.ert = function (cell, target) {
    let spent = 0;
    let hits = 0;
    for (const run of cell.runs) {
      const hit = target < run.hits.length;
      spent += hit ? run.hits[target] : run.spent;
      hits += hit;
    }
    return { ert: hits ? spent / hits : null, hits, runs: cell.runs.length };
  };

  // ------------------------------------------------------------------------------------------------ elements

  bb.el = function (name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key in made && typeof value !== "string") made[key] = value;
      else made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  };

  bb.svg = function (name, attributes, ...children) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  bb.swatch = function (optimizer) {
    const line = bb.svg("line", { x1: 1, y1: 6, x2: 27, y2: 6, class: `bb-line bb-ink-${optimizer.color}` });
    if (optimizer.dash) line.setAttribute("stroke-dasharray", optimizer.dash);
    return bb.svg("svg", { width: 28, height: 12, class: "bb-swatch", "aria-hidden": "true" }, line);
  };

  const POWERS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  bb.power = (exponent) => `10${String(exponent).replace(/./g, (c) => POWERS[c] || c)}`;
  bb.count = (value) => (value >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(2))));
  /* A name that may be broken behind its underscores. */
  bb.breakable = (name) => name.split(/(?<=_)/).flatMap((part, k) => (k ? [bb.el("wbr", {}), part] : [part]));
  bb.percent = (value) => `${(100 * value).toFixed(1)} %`;

  // ------------------------------------------------------------------------------------------------ charts

  /* A frame with log x and linear y; returns the drawing functions. `ticks` are [value, text]. */
  bb.frame = function (options) {
    const { width, height, x: [x0, x1], y: [y0, y1], ticks, xLabel, yLabel, title, small } = options;
    const margin = { left: small && !yLabel ? 38 : 58, right: options.right || 12, top: title ? 24 : 12, bottom: xLabel ? 44 : 24 };
    const inner = { w: width - margin.left - margin.right, h: height - margin.top - margin.bottom };
    const px = (value) => margin.left + (Math.log(value / x0) / Math.log(x1 / x0)) * inner.w;
    const py = (value) => margin.top + (1 - (value - y0) / (y1 - y0)) * inner.h;
    const root = bb.svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, class: "bb-chart", role: "img" });
    const text = (x, y, content, extra) => {
      const made = bb.svg("text", { x, y, ...extra });
      made.textContent = content;
      root.append(made);
    };
    for (let k = Math.ceil(Math.log10(x0) - 1e-9); k <= Math.log10(x1) + 1e-9; k += 1) {
      const x = px(Math.pow(10, k));
      root.append(bb.svg("line", { x1: x, x2: x, y1: margin.top, y2: margin.top + inner.h, class: "bb-grid" }));
      text(x, margin.top + inner.h + 16, bb.power(k), { "text-anchor": "middle", class: "bb-tick" });
    }
    for (const [value, label] of ticks) {
      const y = py(value);
      root.append(bb.svg("line", { x1: margin.left, x2: margin.left + inner.w, y1: y, y2: y, class: "bb-grid" }));
      text(margin.left - 7, y + 4, label, { "text-anchor": "end", class: "bb-tick" });
    }
    const axis = `M${margin.left} ${margin.top}V${margin.top + inner.h}H${margin.left + inner.w}`;
    root.append(bb.svg("path", { d: axis, class: "bb-axis" }));
    // About 7.4 pixels a letter; the whole title stands in the description of the chart.
    const room = Math.floor((width - margin.left) / 7.4);
    const short = title && title.length > room ? `${title.slice(0, room - 1)}…` : title;
    if (title) text(margin.left, 15, short, { class: "bb-chart-title" });
    if (xLabel) text(margin.left + inner.w / 2, height - 8, xLabel, { "text-anchor": "middle", class: "bb-axis-label" });
    if (yLabel) {
      const at = `translate(14 ${margin.top + inner.h / 2}) rotate(-90)`;
      text(0, 0, yLabel, { transform: at, "text-anchor": "middle", class: "bb-axis-label" });
    }
    const line = (xs, ys, optimizer) => {
      let d = "";
      xs.forEach((x, k) => {
        if (ys[k] === null) return;
        d += d === "" ? `M${px(x).toFixed(1)} ${py(ys[k]).toFixed(1)}` : `H${px(x).toFixed(1)}V${py(ys[k]).toFixed(1)}`;
      });
      const path = bb.svg("path", { d, class: `bb-line bb-ink-${optimizer.color}` });
      if (optimizer.dash) path.setAttribute("stroke-dasharray", optimizer.dash);
      path.append(Object.assign(bb.svg("title"), { textContent: optimizer.name }));
      root.append(path);
    };
    const cross = (x, y, optimizer) => {
      const [a, b, r] = [px(x), py(y), 4];
      const d = `M${a - r} ${b - r}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}`;
      root.append(bb.svg("path", { d, class: `bb-cross bb-ink-${optimizer.color}` }));
    };
    return { root, px, py, line, cross, text, margin, inner };
  };

  /* Places at which labels do not cover one another, in the order of the wanted ones. */
  bb.spread = function (wanted, gap, low, high) {
    const order = wanted.map((y, k) => [y, k]).sort((a, b) => a[0] - b[0]);
    let last = low - gap;
    for (const item of order) last = item[0] = Math.max(item[0], last + gap);
    let next = high + gap;
    for (const item of order.reverse()) next = item[0] = Math.min(item[0], next - gap);
    const made = [];
    for (const [y, k] of order) made[k] = y;
    return made;
  };

  /* Profiles of optimizers: curves, crosses where the runs ended, and names at the right where there is room. */
  bb.drawProfiles = function (holder, curves, grid, options) {
    const width = Math.max(Math.floor(holder.clientWidth), 240);
    const named = !options.small && width >= 640;
    const height = options.small ? 216 : Math.round(Math.min(Math.max(width * 0.5, 300), 420));
    const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => [share, share.toFixed(1)]);
    const frame = bb.frame({
      width, height, ticks: options.small ? [[0, "0"], [0.5, "0.5"], [1, "1"]] : ticks,
      x: [grid[0], grid[grid.length - 1]], y: [0, 1], right: named ? 178 : 12, small: options.small,
      title: options.title, xLabel: "evaluations / dimension",
      yLabel: options.small ? "share of targets" : "share of targets reached",
    });
    for (const curve of curves) frame.line(grid, curve.share, curve.optimizer);
    for (const curve of curves) {
      if (curve.end === null) continue;
      const k = grid.findIndex((x) => x >= curve.end * (1 - 1e-12));
      frame.cross(Math.min(curve.end, grid[grid.length - 1]), curve.share[k < 0 ? grid.length - 1 : k], curve.optimizer);
    }
    if (named) {
      const right = frame.margin.left + frame.inner.w;
      const ends = curves.map((curve) => frame.py(curve.share[grid.length - 1]));
      bb.spread(ends, 15, frame.margin.top + 4, frame.margin.top + frame.inner.h).forEach((y, k) => {
        const d = `M${right + 2} ${ends[k]}L${right + 14} ${y}`;
        frame.root.append(bb.svg("path", { d, class: `bb-leader bb-ink-${curves[k].optimizer.color}` }));
        frame.text(right + 18, y + 4, curves[k].optimizer.name, { class: `bb-name bb-fill-${curves[k].optimizer.color}` });
      });
    }
    const best = curves.slice().sort((a, b) => b.share[grid.length - 1] - a.share[grid.length - 1]);
    const ends = best.map((c) => `${c.optimizer.name} ${bb.percent(c.share[grid.length - 1])}`).join(", ");
    frame.root.setAttribute("aria-label", `${options.label}. Share of targets reached at the end: ${ends || "nothing"}.`);
    holder.replaceChildren(frame.root);
    return frame;
  };

  // ------------------------------------------------------------------------------------------------ state

  /* What was chosen stands behind the # of the address, so that a link shows the same again. */
  bb.readState = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  bb.writeState = function (state) {
    const given = Object.entries(state).filter(([, value]) => value !== null);
    const text = new URLSearchParams(given).toString().replaceAll("%2C", ",");
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  };

  bb.onResize = function (draw) {
    let width = window.innerWidth;
    window.addEventListener("resize", () => {
      if (window.innerWidth !== width) {
        width = window.innerWidth;
        requestAnimationFrame(draw);
      }
    });
  };
})(window.benchbook);
