// npm run dev: the playground from its sources, which the page follows as they are saved. Interpreters, site.json and the
// report of a study come from where `pyallocs serve` takes them. Options: --port N, --study DIR.
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { besidePage, respondFrom } from '../dist/cli/playground-routes.js';
import { studyReport } from '../dist/cli/playground-site.js';
import { playgroundConfig } from './build-playground.mjs';

const { values: options } = parseArgs({
  options: { port: { type: 'string', default: '5173' }, study: { type: 'string', default: 'pyallocs-study' } },
});
const routes = besidePage(() => studyReport(options.study));
const config = playgroundConfig();
const server = await createServer({
  ...config,
  logLevel: 'info',
  server: { ...config.server, host: '127.0.0.1', port: Number(options.port) },
  plugins: [
    {
      name: 'pyallocs-beside-the-page',
      configureServer: ({ middlewares }) => {
        middlewares.use((request, response, next) => {
          if (!respondFrom(routes, request, response)) next();
        });
      },
    },
  ],
});
await server.listen();
server.printUrls();
