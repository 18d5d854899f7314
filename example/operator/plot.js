/*
 * Plots as inline SVG: stacked areas, or lines. Every text is set as text: names of transports are chosen by
 * applications.
 */
(function () {
  const SVG = 'http://www.w3.org/2000/svg';
  const WIDTH = 560;
  const HEIGHT = 170;
  const LEFT = 44;
  const BOTTOM = 20;
  const TOP = 8;
  const MOST_TICKS = 4;
  const COLORS = 8;

  function element(name, attributes, parent) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    parent?.append(made);
    return made;
  }

  /** The smallest round number that is not below `value`: 1, 2 or 5 times a power of ten. */
  function roundUp(value) {
    const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
    return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= value);
  }

  /** Marks of the axis, from 0 to at least `most`. */
  function ticksTo(most) {
    const step = roundUp(Math.max(most, 1) / MOST_TICKS);
    const count = Math.max(1, Math.ceil(most / step));
    return Array.from({ length: count + 1 }, (_, i) => i * step);
  }

  /** `12`, `3.4k`, `5M`. */
  function short(value) {
    for (const [size, unit] of [
      [1e9, 'G'],
      [1e6, 'M'],
      [1e3, 'k']
    ]) {
      if (value >= size) return `${+(value / size).toPrecision(3)}${unit}`;
    }
    return String(+value.toPrecision(3));
  }

  /** `seriesOf(point)` returns values by name. The colour of a name stays the same. */
  window.Plot = class Plot {
    constructor(container, seriesOf, isStacked) {
      this.seriesOf = seriesOf;
      this.isStacked = isStacked;
      this.colors = new Map();
      this.svg = element('svg', {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        role: 'img',
        preserveAspectRatio: 'none',
        class: 'plot'
      });
      this.legend = document.createElement('ul');
      this.legend.className = 'legend';
      container.append(this.svg, this.legend);
    }

    colorOf(name) {
      if (!this.colors.has(name)) this.colors.set(name, (this.colors.size % COLORS) + 1);
      return this.colors.get(name);
    }

    draw(points, tickMs, mostPoints) {
      const rows = points.map((point) => this.seriesOf(point));
      const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].sort();
      const totals = rows.map((row) =>
        this.isStacked
          ? Object.values(row).reduce((sum, value) => sum + value, 0)
          : Math.max(0, ...Object.values(row))
      );
      const ticks = ticksTo(Math.max(0, ...totals));
      const top = ticks.at(-1);
      const x = (i) =>
        LEFT + ((mostPoints - points.length + i) / (mostPoints - 1)) * (WIDTH - LEFT - 4);
      const y = (value) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - BOTTOM - TOP);
      this.svg.replaceChildren();
      for (const tick of ticks) {
        element(
          'line',
          { x1: LEFT, x2: WIDTH - 4, y1: y(tick), y2: y(tick), class: 'grid' },
          this.svg
        );
        const label = element('text', { x: LEFT - 6, y: y(tick) + 4, class: 'axis end' }, this.svg);
        label.textContent = short(tick);
      }
      const seconds = (mostPoints * tickMs) / 1000;
      for (let i = 0; i <= 5; i++) {
        const at = LEFT + (i / 5) * (WIDTH - LEFT - 4);
        const anchor = i === 0 ? '' : i === 5 ? ' end' : ' middle';
        const label = element('text', { x: at, y: HEIGHT - 5, class: `axis${anchor}` }, this.svg);
        label.textContent = i === 5 ? 'now' : `−${Math.round((seconds * (5 - i)) / 5 / 60)} min`;
      }
      if (this.isStacked) this.drawAreas(names, rows, x, y);
      else this.drawLines(names, rows, x, y);
      this.drawLegend(names, rows.at(-1) ?? {});
    }

    drawAreas(names, rows, x, y) {
      const base = rows.map(() => 0);
      for (const name of names) {
        const below = rows.map((_, i) => `${x(i).toFixed(1)},${y(base[i]).toFixed(1)}`);
        rows.forEach((row, i) => (base[i] += row[name] ?? 0));
        const above = rows.map((_, i) => `${x(i).toFixed(1)},${y(base[i]).toFixed(1)}`);
        const points = [...above, ...below.reverse()].join(' ');
        element('polygon', { points, class: `area color-${this.colorOf(name)}` }, this.svg);
      }
    }

    drawLines(names, rows, x, y) {
      for (const name of names) {
        const points = rows.map((row, i) => `${x(i).toFixed(1)},${y(row[name] ?? 0).toFixed(1)}`);
        const attributes = { points: points.join(' '), class: `line color-${this.colorOf(name)}` };
        element('polyline', attributes, this.svg);
      }
    }

    drawLegend(names, values) {
      this.legend.replaceChildren(
        ...names.map((name) => {
          const item = document.createElement('li');
          const swatch = document.createElement('i');
          swatch.className = `swatch color-${this.colorOf(name)}`;
          const value = document.createElement('b');
          value.textContent = short(values[name] ?? 0);
          item.append(swatch, `${name} `, value);
          return item;
        })
      );
      this.svg.setAttribute('aria-label', this.legend.textContent);
    }
  };
  window.shortNumber = short;
})();
