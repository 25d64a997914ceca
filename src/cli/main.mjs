// Where the command line begins: looks at the Node it runs on, makes loading fast, and only then loads the rest: in one piece where there is an up-to-date bundle.

const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(`pando needs Node 24 or newer; this is ${process.versions.node}. \`npm start\` brings its own.`);
  process.exit(1);
}
const {loadFast} = await import('../host/fast-loading.mjs');
loadFast();
const {freshBundle} = await import('../host/bundle-state.mjs');
const bundle = freshBundle();
const {runProgram} = bundle === undefined ? await import('./program.ts') : await import(bundle);
await runProgram();
