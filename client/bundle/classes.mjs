/**
 * Lowers classes to ES3. Each class becomes one call of `derive`: this is shorter than the output of
 * compilers and compresses better, because the methods are properties of an object literal.
 *
 *     class A extends B { m() { super.m(); } static s() {} }
 *     A.prototype.type = 'a';
 *
 * becomes
 *
 *     var A = derive(B, { m: function () { B.prototype.m.call(this); }, type: 'a' }, { s: … });
 *
 * A class that a function returns becomes such a call too; it has neither a constructor nor statics.
 */
import { parse } from 'acorn';

/** The helper, as the source of a module. */
export const DERIVE = `
  import { merge } from '../core/util.js';
  export { merge as assign };
  export function derive(Super, methods, statics, construct) {
    function Type() { (construct || Super).apply(this, arguments); }
    function Prototype() {}
    merge(Type, Super);
    merge(Type, statics);
    Prototype.prototype = Super.prototype;
    merge(Type.prototype = new Prototype(), methods);
    return Type.prototype.constructor = Type;
  }
`;

/** Finds the calls of `super` and of its methods below a node, in source order. */
function superCalls(node) {
  if (!node || typeof node !== 'object') return [];
  const { callee } = node;
  const isOne = callee && (callee.type === 'Super' || callee.object?.type === 'Super');
  return (isOne ? [node] : []).concat(...Object.values(node).map(superCalls));
}

/** Turns a method into a function expression and replaces its calls of `super`. */
function toFunction(code, { value }, name, parent) {
  let text = `function ${name}`;
  let at = value.start;
  for (const { start, callee, arguments: given } of superCalls(value)) {
    const { property } = callee;
    text += code.slice(at, start) + (property ? `${parent}.prototype.${property.name}` : parent);
    text += given.length > 0 ? '.call(this, ' : '.call(this';
    at = code.indexOf('(', callee.end) + 1;
  }
  return text + code.slice(at, value.end);
}

/** Lowers one class, including the assignments to its prototype that follow it. */
function withoutClass(code, { id, superClass, body }, assignments, isExpression = false) {
  const name = id?.name;
  const parent = superClass?.name;
  const methods = [];
  const statics = [];
  let construct = '';
  let at = body.start + 1;
  for (const member of body.body) {
    const isConstructor = member.kind === 'constructor';
    const comment = code.slice(at, member.start);
    at = member.end;
    if (member.type !== 'MethodDefinition') continue;
    const text = toFunction(code, member, isConstructor && !parent ? name : '', parent);
    if (isConstructor) construct = comment + text;
    else (member.static ? statics : methods).push(`${comment}${member.key.name}: ${text}`);
  }
  for (const { left, right } of assignments) {
    methods.push(`${left.property.name}: ${code.slice(right.start, right.end)}`);
  }
  const own = `{${methods.join(',')}}`;
  if (isExpression) return `derive(${parent}, ${own})`;
  if (!parent) return `${construct}\nassign(${name}.prototype, ${own});`;
  let rest = statics.length > 0 || construct ? `, {${statics.join(',')}}` : '';
  if (construct) rest += `, ${construct}`;
  return `var ${name} = derive(${parent}, ${own}${rest});`;
}

/** Returns the assignments to the prototype of `name` at the start of `statements`. */
function leadingAssignments(statements, name) {
  const found = [];
  for (const { expression } of statements) {
    const { object } = expression?.left ?? {};
    if (object?.object?.name !== name || object.property.name !== 'prototype') break;
    found.push(expression);
  }
  return found;
}

/** Finds the classes that functions return: `return class A extends B {}`. */
function returnedClasses(node) {
  if (!node || typeof node !== 'object') return [];
  const { argument } = node;
  if (node.type === 'ReturnStatement' && argument?.type === 'ClassExpression') return [argument];
  return [].concat(...Object.values(node).map(returnedClasses));
}

/** Lowers the classes of a module. */
export function deriveClasses(code) {
  const { body } = parse(code, { ecmaVersion: 2022, sourceType: 'module' });
  let text = "import { assign, derive } from 'derive';\n";
  let at = 0;
  for (const [i, statement] of body.entries()) {
    const node = statement.declaration ?? statement;
    if (node.type === 'FunctionDeclaration') {
      for (const one of returnedClasses(node)) {
        text += code.slice(at, one.start) + withoutClass(code, one, [], true);
        at = one.end;
      }
      continue;
    }
    if (node.type !== 'ClassDeclaration') continue;
    const assignments = leadingAssignments(body.slice(i + 1), node.id.name);
    text += code.slice(at, node.start) + withoutClass(code, node, assignments);
    at = body[i + assignments.length].end;
  }
  return at === 0 ? code : text + code.slice(at);
}
