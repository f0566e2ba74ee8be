/**
 * The programs of the native half: pyperformance's benchmarks (https://github.com/python/pyperformance) that are Python
 * throughout, or a C module of the standard library driven by Python. Each runs 0.4 to 1 s on the machine this was written on.
 *
 * [name, folder after bm_, loops, its own arguments]
 */
export const PROGRAMS = [
  ['richards', 'richards', 16],
  ['deltablue', 'deltablue', 220],
  ['nbody', 'nbody', 9],
  ['float', 'float', 9],
  ['chaos', 'chaos', 11],
  ['raytrace', 'raytrace', 3],
  ['go', 'go', 5],
  ['hexiom', 'hexiom', 120],
  ['pyflate', 'pyflate', 2],
  ['json_dumps', 'json_dumps', 65],
  ['json_loads', 'json_loads', 1300],
  ['pickle_pure_python', 'pickle', 130, ['--pure-python', 'pickle']],
  ['unpack_sequence', 'unpack_sequence', 45_000],
  ['spectral_norm', 'spectral_norm', 7],
  ['fannkuch', 'fannkuch', 2],
  ['logging_format', 'logging', 11_000, ['format']],
  ['deepcopy', 'deepcopy', 2000],
  ['comprehensions', 'comprehensions', 40_000],
  ['generators', 'generators', 20],
  ['mdp', 'mdp', 1],
  ['regex_compile', 'regex_compile', 6],
  ['tomli_loads', 'tomli_loads', 1],
  ['coroutines', 'coroutines', 35],
  ['async_tree_none', 'async_tree', 2, ['none']],
  ['xml_etree_iterparse', 'xml_etree', 7, ['iterparse']],
  ['sqlite_synth', 'sqlite_synth', 270_000],
].map(([name, folder, loops, args = []]) => ({ name, folder, loops, args }));

/** What the programs import, for pip. Pinned: another version is another program. */
export const REQUIREMENTS = ['pyperformance==1.14.0', 'tomli==2.0.1'];
