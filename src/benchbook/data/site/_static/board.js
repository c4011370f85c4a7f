/* The leaderboard's arithmetic: unpacks counts of targets, ranks optimizers, resamples functions and instances. */
"use strict";

(function (bb) {
  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const VALUES = new Uint8Array(128);
  for (let k = 0; k < ALPHABET.length; k += 1) VALUES[ALPHABET.charCodeAt(k)] = k;

  function unpacked(text, width) {
    const made = new Uint16Array(text.length / width);
    for (let k = 0; k < made.length; k += 1) {
      let value = 0;
      for (let digit = 0; digit < width; digit += 1) value = value * 64 + VALUES[text.charCodeAt(k * width + digit)];
      made[k] = value;
    }
    return made;
  }

  const cells = (text, most) => text.split(",").map((cell) => (cell ? unpacked(cell, most < 64 ? 1 : 2) : null));

  /* A baseline's board with its curves and counts unpacked; a cell's place is function x dimensions + dimension. */
  bb.board = function (name) {
    const board = (bb.boards || {})[name];
    if (board && !board.unpacked) {
      for (const optimizer of board.optimizers) {
        optimizer.curves = cells(optimizer.curves, board.targets * board.runs);
        optimizer.counts = cells(optimizer.counts, board.targets);
      }
      board.best = cells(board.best, board.targets);
      if (board.reference) board.reference.cells = cells(board.reference.cells, board.targets);
      board.unpacked = true;
    }
    return board;
  };

  /* Problems, functions in dimensions (both as positions), that any optimizer was run on. */
  bb.problems = function (board, fns, dims) {
    const all = fns.flatMap((fn) => dims.map((dim) => ({ fn, cell: fn * board.dims.length + dim })));
    return all.filter(({ cell }) => board.optimizers.some((optimizer) => optimizer.curves[cell]));
  };

  /* Add `weight` times the rank of each value to `sums`, 1 for the largest; equal ones share the mean of their ranks. */
  function addRanks(values, weight, sums) {
    const n = values.length;
    const half = weight / 2;
    for (let i = 0; i < n; i += 1) {
      const mine = values[i];
      let rank = weight;
      for (let j = 0; j < i; j += 1) {
        const other = values[j];
        if (other > mine) rank += weight;
        else if (other < mine) sums[j] += weight;
        else {
          rank += half;
          sums[j] += half;
        }
      }
      sums[i] += rank;
    }
  }

  /* Where optimizers stand at a mark: rows, best first, and those that were not run for that budget on all problems. */
  bb.standing = function (board, problems, optimizers, mark) {
    const { runs } = board;
    const has = (k) => problems.every(({ cell }) => (board.optimizers[k].counts[cell] || []).length >= (mark + 1) * runs);
    const which = optimizers.filter(has);
    const counts = problems.map(({ cell }) => which.map((k) => board.optimizers[k].counts[cell].subarray(mark * runs, (mark + 1) * runs)));
    const sums = new Float64Array(which.length);
    const rows = which.map((k) => ({ optimizer: k, reached: 0, solved: 0 }));
    for (const own of counts) {
      const totals = own.map((found) => found.reduce((sum, value) => sum + value, 0));
      addRanks(totals, 1, sums);
      own.forEach((found, place) => {
        rows[place].reached += totals[place] / (runs * board.targets * counts.length);
        rows[place].solved += found.filter((value) => value === board.targets).length / (runs * counts.length);
      });
    }
    rows.forEach((row, place) => Object.assign(row, { place, rank: sums[place] / counts.length }));
    rows.sort((a, b) => a.rank - b.rank || b.reached - a.reached);
    return { rows, counts, problems, left: optimizers.filter((k) => !which.includes(k)) };
  };

  /* Mulberry32: the same numbers on every page. */
  function random(seed) {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  /* Draw functions, with all of their dimensions, and the instances of each problem; adds to each row its interval, how
     often it comes first and how often it stays ahead of the next. Works in slices, so that the page stays quick. */
  bb.resample = function (board, standing, samples, then) {
    const { rows, counts, problems } = standing;
    const { runs } = board;
    const n = rows.length;
    const next = random(1);
    const fns = [...new Set(problems.map(({ fn }) => fn))];
    const weights = Array.from({ length: samples }, () => {
      const drawn = new Map(fns.map((fn) => [fn, 0]));
      for (let k = 0; k < fns.length; k += 1) {
        const fn = fns[Math.floor(next() * fns.length)];
        drawn.set(fn, drawn.get(fn) + 1);
      }
      return drawn;
    });
    const sums = Array.from({ length: samples }, () => new Float64Array(n));
    const total = new Float64Array(samples);
    const values = new Float64Array(n);
    const picks = new Uint8Array(runs);
    let at = 0;
    let live = true;
    function problem() {
      const own = counts[at];
      for (let sample = 0; sample < samples; sample += 1) {
        const weight = weights[sample].get(problems[at].fn);
        if (!weight) continue;
        for (let k = 0; k < runs; k += 1) picks[k] = next() * runs;
        for (let place = 0; place < n; place += 1) {
          let sum = 0;
          for (let k = 0; k < runs; k += 1) sum += own[place][picks[k]];
          values[place] = sum;
        }
        addRanks(values, weight, sums[sample]);
        total[sample] += weight;
      }
    }
    function slice() {
      if (!live) return;
      const until = performance.now() + 12;
      for (; at < counts.length && performance.now() < until; at += 1) problem();
      if (at < counts.length) setTimeout(slice, 0);
      else {
        summarize(rows, sums.map((own, sample) => own.map((sum) => sum / total[sample])).filter((_, sample) => total[sample]));
        then();
      }
    }
    setTimeout(slice, 0);
    return () => { live = false; };
  };

  function summarize(rows, means) {
    const lowest = means.map((own) => Math.min(...own));
    const share = (test) => means.reduce((sum, own, sample) => sum + test(own, sample), 0) / means.length;
    rows.forEach((row, k) => {
      const found = means.map((own) => own[row.place]).sort((a, b) => a - b);
      const at = (q) => found[Math.min(Math.floor(q * found.length), found.length - 1)];
      row.low = Math.min(at(0.025), row.rank);
      row.high = Math.max(at(0.975), row.rank);
      row.first = share((own, sample) => (own[row.place] <= lowest[sample] + 1e-9 ? 1 : 0));
      const after = rows[k + 1];
      row.ahead = after ? share((own) => (Math.abs(own[row.place] - own[after.place]) < 1e-9 ? 0.5 : own[row.place] < own[after.place] ? 1 : 0)) : null;
    });
  }

  /* The mean curve of an optimizer, null beyond its budget or without runs on all problems. */
  bb.meanCurve = function (board, problems, k, dims) {
    const { curves, budgets } = board.optimizers[k];
    if (!problems.every(({ cell }) => curves[cell])) return null;
    const budget = Math.min(...dims.map((dim) => budgets[dim]).filter((value) => value > 0));
    const scale = 1 / (problems.length * board.targets * board.runs);
    const share = board.grid.map((x, point) => (x > budget * (1 + 1e-6) ? null
      : scale * problems.reduce((sum, { cell }) => sum + curves[cell][point], 0)));
    return { share, end: budget };
  };

  /* The same for an algorithm without runs: the virtual best, or a reference; null if it lacks a problem. */
  bb.lineCurve = function (board, problems, found) {
    if (!found || !problems.length || !problems.every(({ cell }) => found[cell])) return null;
    const scale = 1 / (problems.length * board.targets);
    return { share: board.grid.map((_, point) => scale * problems.reduce((sum, { cell }) => sum + found[cell][point], 0)), end: null };
  };

  /* In how many of some samples of functions the best of the candidates stays first; undefined for a single function. */
  function certainty(problems, ranks, best, candidates) {
    const fns = [...new Set(problems.map(({ fn }) => fn))];
    if (fns.length < 2) return undefined;
    const sums = fns.map(() => candidates.map(() => 0));
    problems.forEach(({ fn }, row) => candidates.forEach((place, k) => { sums[fns.indexOf(fn)][k] += ranks[row][place]; }));
    const next = random(2);
    const own = candidates.indexOf(best);
    let first = 0;
    for (let sample = 0; sample < 100; sample += 1) {
      const total = candidates.map(() => 0);
      for (let k = 0; k < fns.length; k += 1) sums[Math.floor(next() * fns.length)].forEach((sum, at) => { total[at] += sum; });
      if (total[own] <= Math.min(...total) + 1e-9) first += 1;
    }
    return first / 100;
  }

  /* Who has the best mean rank at each point of the grid, among those whose budget reaches it; null if no target has
     been reached yet. `known` keeps ranks, as rows that share problems share these. */
  bb.winners = function (board, problems, dims, optimizers, from, known) {
    const usable = optimizers.filter((k) => problems.every(({ cell }) => board.optimizers[k].curves[cell]))
      .map((k) => ({ k, budget: Math.min(...dims.map((dim) => board.optimizers[k].budgets[dim]).filter((value) => value > 0)) }));
    return board.grid.slice(from).map((x, step) => {
      const which = usable.filter(({ budget }) => x <= budget * (1 + 1e-6)).map(({ k }) => k);
      if (!which.length || !problems.length) return null;
      const sums = new Float64Array(which.length);
      const reached = new Float64Array(which.length);
      const them = which.join(",");
      if (!known.has(them)) known.set(them, new Map());
      const kept = known.get(them);
      const ranks = problems.map(({ cell }) => {
        const key = cell * board.grid.length + from + step;
        const values = which.map((k) => board.optimizers[k].curves[cell][from + step]);
        if (!kept.has(key)) {
          kept.set(key, new Float64Array(which.length));
          addRanks(values, 1, kept.get(key));
        }
        const own = kept.get(key);
        for (let place = 0; place < values.length; place += 1) {
          reached[place] += values[place];
          sums[place] += own[place];
        }
        return own;
      });
      const order = which.map((_, place) => place).sort((a, b) => sums[a] - sums[b] || reached[b] - reached[a]);
      const best = order[0];
      if (!reached[best]) return null;
      return { name: board.optimizers[which[best]].name, sure: certainty(problems, ranks, best, order.slice(0, 6)) };
    });
  };
})(window.benchbook);
