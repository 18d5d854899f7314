// The arguments of the commands of this folder: a usage for --help, and the option that was probably meant for an unknown one.

/** The most similar name, as commands of the tests find it; undefined if the package is not built. */
function closest(name, names) {
  try {
    return require('../../build/lib/util/closest-name.js').closestName(name, names);
  } catch {
    return undefined;
  }
}

function fail(message, usage) {
  console.error(message + '\n\n' + usage);
  process.exit(2);
}

/** Reads --NAME VALUE into `options`, and --FLAG as true. Prints `usage` and ends the process for --help and mistakes. */
exports.readArguments = (args, options, flags, usage) => {
  const names = [...Object.keys(options), ...flags];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i], name = arg.replace(/^--/, '');
    if (arg === '--help' || arg === '-h') {
      console.log(usage);
      process.exit(0);
    }
    if (!arg.startsWith('--') || !names.includes(name)) {
      const meant = closest(name, names);
      fail(`Unknown option \`${arg}\`` + (meant ? `: did you mean \`--${meant}\`?` : ''), usage);
    }
    if (flags.includes(name)) options[name] = true;
    else if (args[i + 1] === undefined) fail(`Expected \`${arg}\` to have a value, got nothing`, usage);
    else options[name] = args[++i];
  }
  return options;
};

/** Reads names. Prints `usage` and ends the process for --help and unknown names. */
exports.readNames = (args, names, usage) => {
  for (const arg of args) {
    if (arg === '--help' || arg === '-h') {
      console.log(usage);
      process.exit(0);
    }
    if (names.includes(arg)) continue;
    const meant = closest(arg, names);
    fail(`Unknown name \`${arg}\`` + (meant ? `: did you mean \`${meant}\`?` : ''), usage);
  }
  return args;
};
