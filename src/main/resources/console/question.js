// Asks before something is done that cannot be undone.

import {html, render} from './lib/lit-html.js';

const place = document.getElementById('question');

/**
 * Asks, in a dialog that takes the keyboard until it is answered.
 * @returns a promise of whether to go on
 */
export function ask({title, text, action, dangerous = false}) {
  return new Promise((resolve) => {
    render(html`
      <dialog aria-labelledby="question-title" @close=${(event) => resolve(event.target.returnValue === 'yes')}>
        <h2 id="question-title">${title}</h2>
        <p>${text}</p>
        <div class="actions">
          <button type="button" @click=${() => answer('no')}>Cancel</button>
          <button type="button" class=${dangerous ? 'danger' : 'main'} @click=${() => answer('yes')}>${action}</button>
        </div>
      </dialog>`, place);
    const dialog = place.querySelector('dialog');
    dialog.returnValue = '';
    dialog.showModal();
  });
}

function answer(value) {
  place.querySelector('dialog').close(value);
}
