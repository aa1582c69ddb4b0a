// api: what the page asks of the inspector. A chip is named where there are many.
export const context = {chip: '', mode: 'chip'};

const address = (path, more) => {
  const query = new URLSearchParams(more || {});
  if (context.chip) query.set('chip', context.chip);
  const text = query.toString();
  return text ? `${path}?${text}` : path;
};

// The address of a view of this chip.
export const place = (...parts) => `#/${parts.join('/')}${context.mode === 'farm' && context.chip && parts[0] !== 'farm' ? `/of/${context.chip}` : ''}`;

async function answer(response) {
  if (response.status === 403) throw new Error('The inspector has been started anew: open the address that it printed.');
  const said = await response.json();
  if (said.error) throw new Error(said.error);
  return said;
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error('The inspector does not answer.');
  }
  return answer(response);
}

export const get = (path, more) => ask(address(path, more));

export const post = (path, body) => ask(address(path), {
  method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});

// Does it, and says so to whoever listens: {shown, answer} or {error}.
export async function act(name, about) {
  let detail;
  try {
    detail = await post('/api/action', about === undefined ? {name} : {name, about});
    if (detail.answer && detail.answer.error) detail.error = detail.answer.error;
  } catch (error) {
    detail = {error: error.message};
  }
  document.dispatchEvent(new CustomEvent('acted', {detail: {name, about, ...detail}}));
  return detail;
}

// Events from that number on, in batches of what came since the last frame.
export function follow(after, take, state) {
  const source = new EventSource(address('/api/live', {after}));
  let batch = [];
  let due = 0;
  const flush = () => {
    due = 0;
    const now = batch;
    batch = [];
    take(now);
  };
  source.onmessage = (message) => {
    batch.push(JSON.parse(message.data));
    if (!due) due = setTimeout(flush, 40);
  };
  source.onopen = () => state(true);
  source.onerror = () => state(false);
  return () => {
    clearTimeout(due);
    source.close();
  };
}

export const saveAddress = (format) => address('/api/save', {format});
