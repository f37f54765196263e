import { render } from 'preact';
import { App } from './app.js';
import { takeToken } from './ask.js';

takeToken();
const root = document.getElementById('page')!;
// What the page says before its script runs.
root.replaceChildren();
render(<App />, root);
