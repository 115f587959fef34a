
'use strict';
(() => {
  // Every text reaches the page as a text node or an attribute that is read out; nothing here builds markup out of data.
  const data = JSON.parse(document.getElementById('data').textContent);
  const words = new Map(Object.entries(data.words));
  const say = (name, ...parts) => (words.get(name) || '').replace(/\{(\d)\}/g, (_, number) => String(parts[number]));
  const at = id => document.getElementById(id);
  const said = at('said');

  const make = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined) made.setAttribute(name, value);
    }
    made.append(...children.filter(child => child !== null && child !== ''));
    return made;
  };
  const name = text => make('bdi', null, text);
  const searched = text => text.normalize('NFKC').toLowerCase();

  data.units.forEach((unit, number) => {
    unit.number = number;
    unit.sought = searched(unit.name);
  });

  // --- derivations, put together from what is kept once and what a unit keeps ---

  const UNIT = '\u0001', OPEN = '\u0002', PART = '\u0003';
  const held = text => text.startsWith('~') ? data.quotes[Number(text.slice(1))] : text;

  const lines = (unit, topic) => {
    const kept = unit.derivations[topic];
    const found = [];
    if (!kept) return found;
    for (const block of kept.split('|')) {
      const values = block.split(' ');
      for (const [kind, number, places] of data.shapes[Number(values[0])]) {
        let next = 0;
        const parts = [''];
        for (const letter of data.texts[number]) {
          if (letter === PART) parts.push('');
          else if (letter === UNIT) parts[parts.length - 1] += unit.name;
          else if (letter === OPEN) {
            const place = places[next++];
            parts[parts.length - 1] += held(typeof place === 'number' ? values[place + 1] : place);
          } else parts[parts.length - 1] += letter;
        }
        if (kind[0] === '+') found[found.length - 1].parts[0] += parts[0];
        else found.push({ kind: kind[0], depth: Number(kind.slice(1)), parts });
      }
    }
    return found;
  };

  const line = parts => {
    const made = [parts[0]];
    if (parts[1]) made.push(parts[0] ? ' ' : '', make('span', { class: 'place' }, parts[1]));
    if (parts[2]) made.push(make('span', { class: 'marks' }, parts[2]));
    return made;
  };

  // --- what is known of a number beside its derivation ---

  const sign = mark => make('span', { class: 'mark m-' + mark, 'aria-hidden': 'true' }, say('sign ' + mark));

  const few = (unit, column) => {
    const limit = state.few, moves = state.moves, found = [];
    data.tiers[unit.tier].rates.forEach((rate, number) => {
      const weight = (unit.weights || [])[number];
      const place = rate.columns.indexOf(column);
      if (!weight || place < 0 || Number(weight[0]) === 0) return;
      const moved = weight[1][place];
      const small = limit !== null && Number(weight[0]) < limit;
      const strong = moves !== null && moved !== null && Number(moved) >= moves;
      if (small || strong) found.push({ rate, cases: weight[0], moved, name: data.columns[data.tiers[unit.tier].columns[column]].name });
    });
    return found;
  };

  const topics = tier => {
    const columns = tier.columns.length, listed = columns + 2, outputs = listed + tier.listed.length;
    return { total: columns, place: columns + 1, listed, outputs };
  };

  const title = (unit, topic) => {
    const tier = data.tiers[unit.tier], after = topics(tier);
    if (unit.state === 'exempt') return say('total');
    if (topic < after.total) return data.columns[tier.columns[topic]].name;
    if (topic === after.total) return say('total');
    if (topic === after.place) return say('rank');
    return topic < after.outputs ? tier.listed[topic - after.listed] : tier.outputs[topic - after.outputs];
  };

  // the letters of everything that is to be known of a number.
  const marksOf = (unit, topic) => {
    const after = topics(data.tiers[unit.tier]);
    let marks = unit.state === 'exempt' ? '' : unit.marks[topic] || '';
    if (topic === after.place && unit.provisional) marks = 'p' + marks;
    if (unit.state !== 'exempt' && topic < after.total && few(unit, topic).length) marks += 'd';
    return marks;
  };

  // verdicts: of which number, what was published, what was computed, a letter, why
  const verdicts = data.verdicts.map(([unit, topic, published, computed, mark, why]) =>
    ({ unit: typeof unit === 'number' ? data.units[unit] : null, topic: typeof topic === 'number' ? topic : null, unitName: unit, topicName: topic,
      published, computed: computed === null ? '—' : computed, mark, why: data.reasons[why] }));
  const verdictsOf = new Map();
  for (const one of verdicts) {
    if (one.unit && one.topic !== null) verdictsOf.set(one.unit.number + '.' + one.topic, (verdictsOf.get(one.unit.number + '.' + one.topic) || []).concat([one]));
  }

  // --- unfolding ---

  const opened = new Map();
  let panels = 0;

  const panel = (unit, topic, key) => {
    const after = topics(data.tiers[unit.tier]);
    const heading = title(unit, topic);
    const told = lines(unit, topic);
    const box = make('section', { class: 'derivation', 'aria-label': say('derivation of', unit.name, heading), id: opened.get(key), tabindex: '-1' });
    const close = make('button', { type: 'button', class: 'close', 'aria-label': say('close') + ' ' + unit.name + ' ' + heading }, say('close'));
    close.addEventListener('click', () => fold(key));
    box.append(close);
    const beside = unit.state !== 'exempt' && topic < after.total ? few(unit, topic).map(one => say('few', one.rate.name, one.cases, one.rate.divisor, one.name, one.moved === null ? '—' : one.moved)) : [];
    const compared = verdictsOf.get(unit.number + '.' + topic) || [];
    let list = null;
    for (const { kind, depth, parts } of told) {
      if (kind === 'h') box.append(make('h4', null, name(parts[0])));
      else if (kind === 's') {
        box.append(make('p', { class: 'sentence' }, parts[0]));
        for (const one of compared) box.append(make('p', { class: 'beside' }, sign(one.mark), ' ', say('compared', one.published, one.computed, say('mark ' + one.mark), one.why)));
        for (const text of beside) box.append(make('p', { class: 'beside' }, sign('d'), ' ', text));
        if (topic === after.total && unit.moved) box.append(make('p', { class: 'beside' }, sign('j'), ' ', say('moved', unit.moved)));
        if (topic === after.total && unit.vetoes) box.append(make('p', { class: 'beside' }, say('vetoed', unit.vetoes)));
      } else if (kind === 'g') {
        box.append(make('h5', null, parts[0]));
        list = null;
      } else if (kind === 't') {
        if (!list) {
          list = make('ul', { class: 'tree' });
          box.append(list);
        }
        // the list that a line of this depth stands in
        let within = list;
        for (let deep = 0; deep < depth; deep++) {
          const last = within.lastElementChild;
          if (!last) break;
          let inner = last.querySelector(':scope > ul');
          if (!inner) {
            inner = make('ul');
            last.append(inner);
          }
          within = inner;
        }
        within.append(make('li', null, ...line(parts)));
      } else {
        if (!list) {
          list = make('ul', { class: kind === 'e' ? 'equation' : 'plain' });
          box.append(list);
        }
        list.append(make('li', null, ...line(parts)));
      }
    }
    box.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        fold(key);
      }
    });
    return box;
  };

  const buttonOf = key => document.querySelector('button[data-key="' + CSS.escape(key) + '"]');

  // the row beneath the row of a button, which holds what is unfolded of it.
  const rowBelow = (button, add) => {
    const row = button.closest('tr');
    const next = row.nextElementSibling;
    if (next && next.classList.contains('below')) return next.firstElementChild.firstElementChild;
    if (!add) return null;
    const holder = make('div', { class: 'holder' });
    row.after(make('tr', { class: 'below' }, make('td', { colspan: row.children.length }, holder)));
    return holder;
  };

  const show = (button, unit, topic) => {
    const key = button.dataset.key;
    if (!opened.has(key)) opened.set(key, 'd' + (++panels));
    button.setAttribute('aria-expanded', 'true');
    button.setAttribute('aria-controls', opened.get(key));
    rowBelow(button, true).append(panel(unit, topic, key));
  };

  const fold = key => {
    const button = buttonOf(key), shown = at(opened.get(key));
    opened.delete(key);
    if (shown) {
      const holder = shown.parentElement;
      shown.remove();
      if (!holder.childElementCount) holder.closest('tr').remove();
    }
    if (button) {
      button.setAttribute('aria-expanded', 'false');
      button.removeAttribute('aria-controls');
      button.focus();
    }
    said.textContent = say('closed');
  };

  const toggle = (button, unit, topic) => {
    if (opened.has(button.dataset.key)) return fold(button.dataset.key);
    show(button, unit, topic);
    const sentence = lines(unit, topic).find(one => one.kind === 's');
    said.textContent = say('opened', sentence ? sentence.parts[0] : '');
  };

  // a number that unfolds.
  const number = (table, unit, topic, text) => {
    const marks = marksOf(unit, topic);
    const spoken = [unit.name, title(unit, topic), text || say('no score')].concat([...marks].map(mark => say('mark ' + mark)));
    const key = table + '.' + unit.number + '.' + topic;
    const button = make('button', {
      type: 'button', class: 'num', tabindex: '-1', 'data-key': key, 'data-unit': unit.number, 'data-topic': topic,
      'aria-expanded': 'false', 'aria-label': spoken.join(data.lang === 'zh' ? ',' : ', '),
    }, make('span', { class: 'v' }, text || '·'));
    if (marks) button.append(make('span', { class: 'signs' }, ...[...marks].map(sign)));
    return button;
  };

  document.addEventListener('click', event => {
    const button = event.target.closest('button[data-key]');
    if (button) toggle(button, data.units[Number(button.dataset.unit)], Number(button.dataset.topic));
  });

  // --- tables ---

  const state = { query: '', tier: '', state: '', mark: '', few: 20, moves: null, size: 100, range: null };
  // of very many units a page holds fewer: tables of thousands of numbers are slow to lay out
  if (data.units.length > 300) at('size').value = '50';
  const pages = new Map();
  let matching = [];

  const head = (text, attributes) => make('th', Object.assign({ scope: 'col' }, attributes), text);

  const allMarks = unit => {
    let found = '';
    const count = unit.state === 'exempt' ? 0 : topics(data.tiers[unit.tier]).listed;
    for (let topic = 0; topic < count; topic++) found += marksOf(unit, topic);
    return found;
  };

  const filter = () => {
    const query = searched(state.query.trim());
    matching = data.units.filter(unit =>
      (query === '' || unit.sought.includes(query))
      && (state.tier === '' || unit.tier === Number(state.tier))
      && (state.state === '' || unit.state === state.state)
      && (state.range === null || unit.tier === state.range.tier && unit.range === state.range.place)
      && (state.mark === '' || allMarks(unit).includes(state.mark)));
  };

  const rankingRow = (table, unit) => {
    const tier = data.tiers[unit.tier], after = topics(tier);
    const row = make('tr', null,
      make('td', { class: 'n' }, number(table, unit, after.place, unit.rank)),
      make('th', { scope: 'row', class: 'name' }, name(unit.name)));
    tier.listed.forEach((_, place) => row.append(make('td', { class: 'n' }, number(table, unit, after.listed + place, unit.listed[place]))));
    row.append(make('td', { class: 'n total' }, number(table, unit, after.total, unit.total)));
    tier.outputs.forEach((_, place) => row.append(make('td', null, number(table, unit, after.outputs + place, (unit.outputs || [])[place]))));
    const cell = make('td', { class: 'signs' });
    for (const mark of new Set(allMarks(unit))) cell.append(make('span', { class: 'mark m-' + mark, title: say('mark ' + mark) }, say('sign ' + mark)), make('span', { class: 'spoken' }, say('mark ' + mark)));
    if (unit.vetoes) cell.append(make('span', { class: 'beside' }, say('vetoed', unit.vetoes)));
    row.append(cell);
    return row;
  };

  const rankingHead = tier => make('thead', null, make('tr', null, head(say('rank'), { class: 'n' }), head(say('unit')),
    ...tier.listed.map(text => head(text, { class: 'n' })), head(say('total'), { class: 'n' }), ...tier.outputs.map(text => head(text)), head(say('marks'))));

  const heatRow = (table, unit) => {
    const after = topics(data.tiers[unit.tier]);
    const row = make('tr', null, make('th', { scope: 'row', class: 'name' }, name(unit.name)));
    unit.scores.forEach((score, place) => row.append(make('td', { class: 'n v' + unit.levels[place] }, number(table, unit, place, score))));
    row.append(make('td', { class: 'n total' }, number(table, unit, after.total, unit.total)));
    return row;
  };

  const heatHead = tier => {
    const groups = make('tr', null, make('td'));
    const columns = make('tr', { class: 'turned' }, head(say('unit')));
    let last = null, span = null;
    for (const place of tier.columns) {
      const column = data.columns[place];
      if (span && column.group === last) span.colSpan += 1;
      else {
        span = column.group === '' ? make('td') : make('th', { scope: 'colgroup' }, name(column.group));
        groups.append(span);
        last = column.group;
      }
      columns.append(head(make('span', null, name(column.name), column.marks === null ? '' : ' ' + column.marks)));
    }
    groups.append(make('td'));
    columns.append(head(make('span', null, say('total'))));
    return make('thead', null, ...(tier.columns.some(place => data.columns[place].group !== '') ? [groups] : []), columns);
  };

  const exemptRow = (table, unit) => make('tr', null, make('th', { scope: 'row', class: 'name' }, name(unit.name)),
    make('td', null, number(table, unit, 0, unit.total)), make('td', null, name(unit.reason || '')));

  const exemptHead = () => make('thead', null, make('tr', null, head(say('unit')), head(say('marks')), head(say('why'))));

  // a table of some units, some of them at a time.
  const table = (key, caption, units, heads, row) => {
    const size = state.size, count = units.length;
    const page = Math.min(pages.get(key) || 0, Math.max(0, Math.ceil(count / size) - 1));
    const from = page * size, shown = units.slice(from, from + size);
    const body = make('tbody');
    const made = make('table', { 'data-table': key }, make('caption', null, name(caption)), heads, body);
    const wide = make('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': caption }, made);
    for (const unit of shown) body.append(row(key, unit));
    const first = body.querySelector('button');
    if (first) first.tabIndex = 0;
    const box = make('div', { class: 'table', id: 'table-' + key }, wide);
    if (count > size) {
      const turn = (word, to) => {
        const button = make('button', { type: 'button', class: 'turn' }, say(word));
        button.disabled = to < 0 || to * size >= count;
        button.addEventListener('click', () => {
          pages.set(key, to);
          const again = table(key, caption, units, heads, row);
          at('table-' + key).replaceWith(again);
          reopen(again);
          const nav = at('table-' + key).querySelector('nav');
          (nav.querySelector('button:not([disabled])')).focus();
          at('table-' + key).scrollIntoView({ block: 'nearest' });
          said.textContent = nav.querySelector('span').textContent;
        });
        return button;
      };
      box.append(make('nav', { class: 'pages', 'aria-label': say('page of', caption) }, turn('before', page - 1),
        make('span', null, say('pages', from + 1, Math.min(from + size, count), count)), turn('after', page + 1)));
    }
    return box;
  };

  const reopen = within => {
    for (const button of within.querySelectorAll('button[data-key]')) {
      if (opened.has(button.dataset.key)) show(button, data.units[Number(button.dataset.unit)], Number(button.dataset.topic));
    }
  };

  const draw = () => {
    const ranking = [], heat = [];
    data.tiers.forEach((tier, place) => {
      const units = matching.filter(unit => unit.tier === place);
      const taking = units.filter(unit => unit.state !== 'exempt'), exempt = units.filter(unit => unit.state === 'exempt');
      if (taking.length) {
        ranking.push(table('r' + place, tier.heading, taking, rankingHead(tier), rankingRow));
        heat.push(table('h' + place, tier.heading, taking, heatHead(tier), heatRow));
      }
      if (exempt.length) ranking.push(table('e' + place, say('exempt of', tier.name), exempt, exemptHead(), exemptRow));
    });
    const none = () => make('p', { class: 'none' }, say('none'));
    at('ranking-tables').replaceChildren(...(ranking.length ? ranking : [none()]));
    at('heat-tables').replaceChildren(...(heat.length ? heat : [none()]));
    drawVerdicts();
    reopen(document);
  };

  const drawVerdicts = () => {
    const place = at('verdicts-tables');
    if (!place) return;
    const order = 'xur', within = new Set(matching);
    const found = verdicts.filter(one => order.includes(one.mark) && (one.unit === null || within.has(one.unit)));
    found.sort((a, b) => order.indexOf(a.mark) - order.indexOf(b.mark));
    const body = make('tbody');
    for (const one of found.slice(0, 500)) {
      const known = one.unit !== null && one.topic !== null;
      body.append(make('tr', null, make('th', { scope: 'row', class: 'name' }, name(one.unit ? one.unit.name : one.unitName)),
        make('td', null, name(known ? title(one.unit, one.topic) : String(one.topicName))),
        make('td', { class: 'n' }, one.published), make('td', { class: 'n' }, known ? number('v', one.unit, one.topic, one.computed) : one.computed),
        make('td', null, sign(one.mark), ' ', say('mark ' + one.mark), one.why ? make('span', { class: 'beside' }, ' ' + one.why) : '')));
    }
    const heads = make('thead', null, make('tr', null, head(say('unit')), head(say('column')), head(say('published'), { class: 'n' }), head(say('computed'), { class: 'n' }), head(say('verdict'))));
    const first = body.querySelector('button');
    if (first) first.tabIndex = 0;
    place.replaceChildren(found.length ? make('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': say('verdict') }, make('table', { 'data-table': 'v', 'aria-label': say('verdict') }, heads, body)) : make('p', { class: 'none' }, say('no verdict')));
    if (found.length > 500) place.append(make('p', { class: 'none' }, say('more verdicts', found.length, 500)));
  };

  // --- keys within a table ---

  document.addEventListener('keydown', event => {
    const button = event.target.closest ? event.target.closest('button[data-key]') : null;
    if (!button || event.altKey || event.metaKey) return;
    if (event.key === 'Escape') {
      if (opened.has(button.dataset.key)) fold(button.dataset.key);
      return;
    }
    const body = button.closest('tbody');
    const rows = [...body.children].filter(row => !row.classList.contains('below'));
    const row = button.closest('tr');
    const cells = [...row.querySelectorAll('button[data-key]')];
    const here = cells.indexOf(button), above = rows.indexOf(row);
    const to = (rowAt, cellAt) => {
      const wanted = rows[Math.max(0, Math.min(rows.length - 1, rowAt))].querySelectorAll('button[data-key]');
      return wanted[Math.max(0, Math.min(wanted.length - 1, cellAt))];
    };
    const moves = {
      ArrowLeft: () => to(above, here - 1), ArrowRight: () => to(above, here + 1),
      ArrowUp: () => to(above - 1, here), ArrowDown: () => to(above + 1, here),
      Home: () => event.ctrlKey ? to(0, 0) : to(above, 0), End: () => event.ctrlKey ? to(rows.length - 1, cells.length - 1) : to(above, cells.length - 1),
      PageUp: () => to(above - 10, here), PageDown: () => to(above + 10, here),
    };
    if (!Object.hasOwn(moves, event.key)) return;
    event.preventDefault();
    const target = moves[event.key]();
    if (target) target.focus();
  });

  // one number of each table is reached by the tab key: the last that had the focus
  document.addEventListener('focusin', event => {
    const button = event.target.closest ? event.target.closest('button[data-key]') : null;
    if (!button) return;
    for (const other of button.closest('table').querySelectorAll('button[data-key][tabindex="0"]')) other.tabIndex = -1;
    button.tabIndex = 0;
  });

  // --- controls ---

  const limit = text => text.trim() === '' || Number.isNaN(Number(text)) ? null : Number(text);

  const changed = () => {
    state.query = at('query').value;
    state.tier = at('tier').value;
    state.state = at('state').value;
    state.mark = at('mark').value;
    state.few = limit(at('few').value);
    state.moves = limit(at('moves').value);
    state.size = Number(at('size').value);
    filter();
    pages.clear();
    draw();
    at('count').textContent = say('shown', matching.length);
  };

  let waiting = null;
  at('controls').addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(changed, 120);
  });
  at('controls').addEventListener('submit', event => event.preventDefault());

  const range = at('range');
  document.addEventListener('click', event => {
    const button = event.target.closest('button[data-range]');
    if (!button) return;
    const tier = Number(button.closest('table').dataset.tier);
    state.range = { tier, place: Number(button.dataset.range) };
    range.hidden = false;
    range.firstElementChild.textContent = say('in range', button.closest('tr').firstElementChild.textContent, data.tiers[tier].name);
    changed();
    at('ranking').scrollIntoView();
    range.lastElementChild.focus({ preventScroll: true });
  });
  range.lastElementChild.textContent = say('no range');
  range.lastElementChild.addEventListener('click', () => {
    state.range = null;
    range.hidden = true;
    changed();
    at('query').focus();
  });

  changed();
})();
