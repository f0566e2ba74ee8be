// npm run bench:overhead: what pyallocs costs, as medians of paired runs. Ratios, not times: run it on a quiet machine.
// It asserts nothing. Options stand after `--`:
//
//   --embedded, --native    one half only: bench and study on the embedded Pythons; stat beside its peers on installed ones
//   --quick                 fewer rounds: a rough answer
//
// For the native half (Linux; it needs the network and python3 with pip, and commits nothing it fetches):
//
//   -p, --python PYTHON     a command or path; repeatable; default: a 3.13 and a 3.14
//   --programs a,b          only these; --columns a,b: only these; --without a,b: not these
//   --rounds N              default 5
//   --keep FOLDER           keep what pip fetches there, and use it again
//   --json FILE             every single measurement
import { parseArgs } from 'node:util';
import { measureEmbedded, printRatios } from './bench-overhead/embedded.mjs';
import { measureNative } from './bench-overhead/native.mjs';

const { values } = parseArgs({
  options: {
    embedded: { type: 'boolean' },
    native: { type: 'boolean' },
    quick: { type: 'boolean', default: false },
    python: { type: 'string', short: 'p', multiple: true },
    programs: { type: 'string' },
    columns: { type: 'string' },
    without: { type: 'string' },
    rounds: { type: 'string' },
    keep: { type: 'string' },
    json: { type: 'string' },
    'ratios-of': { type: 'string' }, // for measureEmbedded itself
  },
});
const { quick } = values;

if (values['ratios-of'] !== undefined) {
  await printRatios(values['ratios-of'], { quick });
} else {
  if (values.embedded || !values.native) await measureEmbedded({ quick });
  if (values.native || !values.embedded) {
    const list = (text) => text?.split(',').filter((one) => one !== '');
    measureNative({
      pythons: values.python,
      programs: list(values.programs),
      columns: list(values.columns),
      without: list(values.without) ?? [],
      rounds: Number(values.rounds ?? (quick ? 3 : 5)),
      keep: values.keep,
      json: values.json,
    });
  }
}
