// Writes the current files of each folder into the table of ARCHITECTURE.md: node .ci/list-files.js
const { readdirSync, readFileSync, writeFileSync } = require('fs');
const { join } = require('path');

const root = join(__dirname, '..');
const file = join(root, 'ARCHITECTURE.md');

function filesIn(folder) {
  return readdirSync(join(root, folder))
    .filter((name) => /(?<!\.d)\.ts$/.test(name))
    .map((name) => `\`${name.replace(/\.ts$/, '')}\``)
    .toSorted()
    .join(', ');
}

const ROW = /^\| `((?:lib|client)[\w/]*)` \| (.*?) \|.*\|$/gm;
const text = readFileSync(file, 'utf8');
writeFileSync(
  file,
  text.replace(ROW, (_, folder, task) => `| \`${folder}\` | ${task} | ${filesIn(folder)} |`),
);
