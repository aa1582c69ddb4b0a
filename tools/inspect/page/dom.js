// dom: elements made in code; texts are texts, never markup.
const SVG = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value') element.value = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
export const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

export function put(place, ...children) {
  place.replaceChildren(...children.flat(9).filter(Boolean));
  return place;
}

// The same, unless what is there was made of the same facts; whatever has the focus keeps it, by its id.
export function renew(place, facts, ...children) {
  if (place.dataset.facts === facts) return place;
  const focus = place.contains(document.activeElement) ? document.activeElement.id : '';
  put(place, ...children.map((child) => (typeof child === 'function' ? child() : child)));
  place.dataset.facts = facts;
  const again = focus && document.getElementById(focus);
  if (again) again.focus({preventScroll: true});
  return place;
}

// Digits in pairs, as many bytes a line.
export function dump(hex, width = 16) {
  const lines = [];
  for (let at = 0; at < hex.length; at += 2 * width) {
    const bytes = hex.slice(at, at + 2 * width).match(/../g) || [];
    const text = bytes.map((byte) => {
      const code = parseInt(byte, 16);
      return code >= 32 && code < 127 ? String.fromCharCode(code) : '·';
    }).join('');
    lines.push(`${(at / 2).toString(16).toUpperCase().padStart(4, '0')}  ${bytes.join(' ').padEnd(3 * width - 1)}  ${text}`);
  }
  return lines.join('\n');
}

export const grouped = (digits, size = 4) => (digits.match(new RegExp(`.{1,${size}}`, 'g')) || []).join(' ');

export function bytes(count) {
  if (count < 10000) return `${count.toLocaleString('en')} B`;
  if (count < 10000000) return `${(count / 1000).toLocaleString('en', {maximumFractionDigits: 1})} kB`;
  return `${(count / 1000000).toLocaleString('en', {maximumFractionDigits: 1})} MB`;
}

export function duration(us) {
  if (us < 1000) return `${us} µs`;
  if (us < 1000000) return `${(us / 1000).toFixed(us < 10000 ? 1 : 0)} ms`;
  return `${(us / 1000000).toFixed(2)} s`;
}

export function clock(us) {
  if (!us) return '';
  const date = new Date(us / 1000);
  const two = (number) => String(number).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(Math.floor(us / 1000) % 1000).padStart(3, '0')}`;
}

// A decoded element and what is in it, as nested lists.
export function elements(list) {
  if (!list || list.length === 0) return null;
  return h('ul', {class: 'elements'}, list.map((element) => h('li', {},
    h('span', {class: 'element-name'}, element.name), h('span', {class: 'tag'}, element.tag),
    h('span', {class: 'element-value'}, element.value), elements(element.elements))));
}

export function copyButton(text) {
  const button = h('button', {type: 'button', class: 'small', 'aria-label': `Copy: ${text}`, onclick: async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'copied';
    } catch {
      button.textContent = 'select and copy';
    }
    setTimeout(() => { button.textContent = 'copy'; }, 1200);
  }}, 'copy');
  return button;
}
