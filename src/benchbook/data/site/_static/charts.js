/* Shared by leaderboard and explorer: published first hits, the measures over them, and charts in SVG.

   Texts out of artifacts go into the page as text (textContent, setAttribute), never as markup. */
"use strict";

window.benchbook = window.benchbook || { data: {} };

(function (bb) {
  const SVG = "http://www.w3.org/2000/svg";

  // ------------------------------------------------------------------------------------------------ data

  /* Hits are transferred as differences in base 36: "evaluations|first,second,..." for each run, an empty one for 0. */
  function decodeRuns(text) {
    return text.split(";").map((run) => {
      const [spent, hits] = run.split("|");
      const found = [];
      let at = 0;
      if (hits !== "") for (const step of hits.split(",")) found.push((at += step === "" ? 0 : parseInt(step, 36)));
      return { spent: parseInt(spent, 36), hits: found };
    });
  }

  /* A baseline with the runs of the dimensions whose scripts are loaded. */
  bb.baseline = function (name) {
    const data = bb.data[name];
    if (!data) return data;
    data.cells = data.cells || [];
    data.decoded = data.decoded || new Set();
    for (const [dim, cells] of Object.entries((bb.parts || {})[name] || {})) {
      if (data.decoded.has(dim)) continue;
      data.decoded.add(dim);
      for (const [optimizer, fn, at, runs] of cells) data.cells.push({ optimizer, fn, dim: at, runs: decodeRuns(runs) });
    }
    return data;
  };

  // ------------------------------------------------------------------------------------------------ filters

  bb.COSTS = [["all", "any"], ["10", "below 10 µs"], ["100", "below 100 µs"]];

  /* Whether an optimizer is of a library and a cost class; one whose time is unknown belongs to no class. */
  bb.isOf = (optimizer, library, cost) => (library === "all" || optimizer.library === library)
    && (cost === "all" || (optimizer.us !== null && optimizer.us <= Number(cost)));

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

  /* Targets per run that a cell gains at each point of a grid; cached, since most choices need them again. */
  function gains(cell, dim, from, to, grid) {
    const key = `${from}|${to}|${grid.length}|${grid[0]}|${grid[grid.length - 1]}`;
    if (!cell.gains || cell.gains.key !== key) {
      const gained = new Float64Array(grid.length);
      for (const run of cell.runs) {
        for (let t = from; t <= to && t < run.hits.length; t += 1) {
          const k = position(grid, run.hits[t] / dim);
          if (k >= 0) gained[k] += 1 / cell.runs.length;
        }
      }
      cell.gains = { key, gained };
    }
    return cell.gains.gained;
  }

  /* Share of (target, run) reached within x evaluations per dimension; cells have equal weight. */
  bb.profile = function (cells, dims, from, to, grid) {
    const share = new Array(grid.length).fill(0);
    const ends = [];
    for (const cell of cells) {
      const dim = dims[cell.dim];
      gains(cell, dim, from, to, grid).forEach((gain, k) => { share[k] += gain; });
      for (const run of cell.runs) ends.push(run.spent / dim);
    }
    const scale = 1 / (cells.length * (to - from + 1));
    let sum = 0;
    for (let k = 0; k < share.length; k += 1) {
      sum += share[k];
      share[k] = Math.min(sum * scale, 1);
    }
    ends.sort((a, b) => a - b);
    return { share, end: ends[Math.floor((ends.length - 1) / 2)] };
  };

  /* Curve of something without runs, from its time to each target of each problem. */
  function timesCurve(optimizer, problems, from, to, grid) {
    const gained = new Float64Array(grid.length);
    for (const { times, dim } of problems) {
      for (let t = from; t <= to && t < times.length; t += 1) {
        const k = position(grid, times[t] / dim);
        if (k >= 0) gained[k] += 1 / (problems.length * (to - from + 1));
      }
    }
    const share = [];
    gained.reduce((sum, part) => (share.push(Math.min(sum + part, 1)), sum + part), 0);
    return { optimizer, share, end: null };
  }

  /* Curve of a reference, published algorithms instead of runs, over some functions and dimensions (as positions); null
     unless it has all of them. */
  bb.reference = function (data, fns, dims, from, to, grid) {
    const known = data.reference;
    if (!known || !fns.length || !dims.length) return null;
    const problems = fns.flatMap((fn) => dims.map((dim) => ({ times: known.cells[`${fn}|${dim}`], dim: data.dims[dim] })));
    if (!problems.every(({ times }) => times)) return null;
    return timesCurve({ name: known.name, color: "reference", dash: "" }, problems, from, to, grid);
  };

  /* Curve of the virtual best: for each target of each problem the shortest expected running time of all optimizers. */
  bb.virtualBest = function (data, hasOptimizer, hasFunction, dims, from, to, grid) {
    const best = new Map();
    for (const cell of data.cells) {
      if (!hasOptimizer(data.optimizers[cell.optimizer]) || !hasFunction(data.functions[cell.fn]) || !dims.has(String(data.dims[cell.dim]))) continue;
      const key = `${cell.fn}|${cell.dim}`;
      if (!best.has(key)) best.set(key, { times: new Array(data.targets.length).fill(Infinity), dim: data.dims[cell.dim] });
      const { times } = best.get(key);
      cell.erts = cell.erts || times.map((_, target) => bb.ert(cell, target).ert ?? Infinity);
      cell.erts.forEach((ert, target) => { if (ert < times[target]) times[target] = ert; });
    }
    return best.size ? timesCurve({ name: "virtual best", color: "ink", dash: "5 4" }, [...best.values()], from, to, grid) : null;
  };

  /* The hardest target that half of the runs have reached, as its position; -1 before the first. */
  bb.convergence = function (cell, dim, grid) {
    const key = `${grid.length}|${grid[0]}|${grid[grid.length - 1]}`;
    if (cell.levels && cell.levels.key === key) return cell.levels.found;
    const reached = cell.runs.map(() => 0);
    const found = grid.map((x) => {
      cell.runs.forEach((run, k) => {
        while (reached[k] < run.hits.length && run.hits[reached[k]] <= x * dim * (1 + 1e-12)) reached[k] += 1;
      });
      const levels = reached.slice().sort((a, b) => b - a);
      return levels[Math.ceil(levels.length / 2) - 1] - 1;
    });
    cell.levels = { key, found };
    return found;
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
    // About 7.4 pixels a letter; the whole title is in the description of the chart.
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
    const longest = Math.max(0, ...curves.filter((curve) => !curve.quiet).map(({ optimizer }) => optimizer.name.length));
    const height = options.small ? 216 : Math.round(Math.min(Math.max(width * 0.5, 300), 420));
    const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => [share, share.toFixed(1)]);
    const frame = bb.frame({
      width, height, ticks: options.small ? [[0, "0"], [0.5, "0.5"], [1, "1"]] : ticks,
      x: [grid[0], grid[grid.length - 1]], y: [0, 1], right: named ? Math.min(Math.max(30 + 6.7 * longest, 120), 260) : 12, small: options.small,
      title: options.title, xLabel: "evaluations / dimension",
      yLabel: options.small ? "share of targets" : "share of targets reached",
    });
    for (const curve of curves) frame.line(grid, curve.share, curve.optimizer);
    const loud = curves.filter((curve) => !curve.quiet); // the others are the field, in grey and without names
    const last = ({ share }) => share.reduce((before, value) => (value === null ? before : value), 0);
    for (const curve of loud) {
      if (curve.end === null) continue;
      const k = grid.findIndex((x) => x >= curve.end * (1 - 1e-12));
      const end = curve.share[k < 0 ? grid.length - 1 : k] ?? last(curve);
      frame.cross(Math.min(curve.end, grid[grid.length - 1]), end, curve.optimizer);
    }
    if (named) {
      const right = frame.margin.left + frame.inner.w;
      const ends = loud.map((curve) => frame.py(last(curve)));
      bb.spread(ends, 15, frame.margin.top + 4, frame.margin.top + frame.inner.h).forEach((y, k) => {
        const end = loud[k].end === null ? right : Math.min(frame.px(loud[k].end), right);
        if (end < right - 8) {
          const across = `M${end + 6} ${ends[k]}H${right}`;
          frame.root.append(bb.svg("path", { d: across, class: `bb-leader bb-across bb-ink-${loud[k].optimizer.color}` }));
        }
        const d = `M${right + 2} ${ends[k]}L${right + 14} ${y}`;
        frame.root.append(bb.svg("path", { d, class: `bb-leader bb-ink-${loud[k].optimizer.color}` }));
        frame.text(right + 18, y + 4, loud[k].optimizer.name, { class: `bb-name bb-fill-${loud[k].optimizer.color}` });
      });
    }
    const best = loud.slice().sort((a, b) => last(b) - last(a));
    const ends = best.map((c) => `${c.optimizer.name} ${bb.percent(last(c))}`).join(", ");
    frame.root.setAttribute("aria-label", `${options.label}. Share of targets reached at the end: ${ends || "nothing"}.`);
    holder.replaceChildren(frame.root);
    return frame;
  };

  // ------------------------------------------------------------------------------------------------ state

  /* The choice is stored after the # of the address, so that a link restores it. */
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
