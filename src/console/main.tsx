import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Console } from './app.js';
import './styles/base.css';
import './styles/shell.css';
import './styles/pieces.css';
import './styles/declarations.css';
import './styles/pages.css';
import './styles/work.css';
import './styles/registers.css';
import './styles/awards.css';
import './styles/goods-form.css';
import './styles/narrow.css';
import './styles/print.css';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <Console />
  </StrictMode>,
);
