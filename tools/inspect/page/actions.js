// actions: what can be done to the chip, each as emuicc-ctl does it.
import {act, get} from './api.js';
import {copyButton, h, put, renew} from './dom.js';

const EXAMPLES = ['function EnableProfile = result 5, 3 times', 'function AuthenticateServer = result 127', 'function GetEUICCChallenge = 6F00, once', 'segment 1 = power off', 'any command = 6F00, once'];

export const log = [];

document.addEventListener('acted', ({detail}) => {
  log.unshift({...detail, at: new Date()});
  log.length = Math.min(log.length, 200);
  const place = document.getElementById('said');
  put(place, h('p', {class: detail.error ? 'failure' : ''}, detail.shown ? h('code', {}, detail.shown) : null, ' ',
    detail.error ? detail.error : 'done', detail.shown ? copyButton(detail.shown) : null,
    h('button', {type: 'button', class: 'small', 'aria-label': 'Close', onclick: () => put(place)}, '×')));
});

export function open(place) {
  const faults = h('div', {});
  const history = h('ol', {class: 'history'});
  const simple = (name, label, danger) => h('button', {type: 'button', class: danger ? 'danger' : '', id: `action-${name}`, onclick: async () => {
    if (danger && !window.confirm(`${label}?`)) return;
    await act(name);
    refresh();
  }}, label);
  const form = (name, label, placeholder, list) => {
    const box = h('input', {type: 'text', required: true, placeholder, id: `about-${name.replace(' ', '-')}`, 'aria-label': `${label}: ${placeholder}`, list: list || null, spellcheck: 'false', autocomplete: 'off'});
    return h('form', {class: 'action-form', onsubmit: async (event) => {
      event.preventDefault();
      const said = await act(name, box.value.trim());
      if (!said.error) box.value = '';
      refresh();
    }}, box, h('button', {type: 'submit'}, label));
  };
  const card = (title, ...children) => h('section', {class: 'card'}, h('h2', {}, title), children);
  const refresh = async () => {
    renew(history, String(log.length ? log[0].at.getTime() : 0) + log.length, () => log.map((one) => h('li', {}, h('time', {}, one.at.toLocaleTimeString()), one.shown ? h('code', {}, one.shown) : null,
      h('span', {class: one.error ? 'failure' : 'quiet'}, one.error || 'done'), one.shown ? copyButton(one.shown) : null)));
    try {
      const chip = await get('/api/chip');
      const list = chip.faults.faults || [];
      const kept = which.value;
      const profiles = chip.stored.profiles || [];
      const said = profiles.map((one) => `${one.iccid} ${one.state}`).join();
      if (which.dataset.said !== said) {
        put(which, profiles.map((one) => h('option', {value: one.iccid}, `${one.nickname || one.name || ''} ${one.iccid}, ${one.state}`)));
        which.dataset.said = said;
        if (profiles.some((one) => one.iccid === kept)) which.value = kept;
      }
      renew(faults, JSON.stringify(list), () => list.length === 0 ? h('p', {class: 'quiet'}, 'No fault is set.')
        : h('table', {class: 'faults'}, h('thead', {}, h('tr', {}, ['', 'fault', 'passed', 'struck', ''].map((one) => h('th', {scope: 'col'}, one)))),
          h('tbody', {}, list.map((one) => h('tr', {}, h('td', {}, String(one.id)), h('td', {}, h('code', {}, one.fault)), h('td', {}, String(one.passes)),
            h('td', {class: one.strikes ? 'failure' : ''}, String(one.strikes)), h('td', {}, h('button', {type: 'button', class: 'small', id: `take-${one.id}`, 'aria-label': `Take back fault ${one.id}`,
              onclick: async () => {
                await act('fault remove', String(one.id));
                refresh();
              }}, 'take back')))))));
    } catch (error) {
      put(faults, h('p', {class: 'failure', role: 'alert'}, error.message));
    }
  };
  const which = h('select', {id: 'about-profile', 'aria-label': 'Profile'});
  const change = (name, label, danger) => h('button', {type: 'button', class: danger ? 'danger' : '', id: `action-${name}`, onclick: async () => {
    if (!which.value || (danger && !window.confirm(`${label} ${which.selectedOptions[0].textContent}?`))) return;
    await act(name, which.value);
    refresh();
  }}, label);
  put(place, h('datalist', {id: 'fault-examples'}, EXAMPLES.map((value) => h('option', {value}))),
    h('div', {class: 'grid'},
      h('div', {class: 'stack'},
        card('Reader', h('div', {class: 'row-of'}, simple('insert', 'Insert'), simple('eject', 'Eject'), simple('reset', 'Reset'))),
        card('Faults', faults, form('fault add', 'Put', 'PLACE = ACTION', 'fault-examples'), h('div', {class: 'row-of'}, simple('fault clear', 'Take all back')),
          h('p', {class: 'quiet hint'}, h('code', {}, 'emuicc --faults words'), ' prints what can be said.'))),
      h('div', {class: 'stack'},
        card('Profiles', h('div', {class: 'action-form'}, which), h('div', {class: 'row-of'}, change('enable', 'Enable'), change('disable', 'Disable'), change('delete', 'Delete', true),
          h('span', {class: 'push'}), simple('memory-reset', 'Delete all profiles', true))),
        card('Snapshots', form('snapshot', 'Put aside', 'NAME'), form('restore', 'Take back', 'NAME'),
          h('p', {class: 'quiet hint'}, 'The whole chip, under a name in its folder.'))),
      h('section', {class: 'card wide'}, h('h2', {}, 'What has been done'), log.length === 0 ? h('p', {class: 'quiet hint'}, 'Each command stands here as emuicc-ctl takes it, to be put into a script.') : null, history)));
  refresh();
  const timer = setInterval(() => { if (!document.hidden) refresh(); }, 2000);
  return () => clearInterval(timer);
}
