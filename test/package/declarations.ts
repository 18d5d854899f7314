/**
 * The public names of a module, read from its built declarations.
 *
 * Underscored and private names, and those marked `@internal`, are not public.
 *
 * @module
 */
import {
  parseSync,
  type BindingIdentifier,
  type ClassMember,
  type Declaration,
  type ModuleItem,
  type TsEntityName,
  type TsType,
  type TsTypeElement,
} from '@swc/core';
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

/** The meaning of a name: a declaration, or a name of another module. */
type Target =
  | { readonly node: Declaration; readonly before: string }
  | { readonly from: string; readonly name: string };

interface Module {
  readonly file: string;
  /** Local names: there are several declarations where a class and an interface are merged. */
  readonly locals: ReadonlyMap<string, readonly Target[]>;
  /** Exported names and the local names they stand for. */
  readonly exported: ReadonlyMap<string, string>;
  readonly text: Buffer;
}

/** A member, or a value of a union of texts. */
export interface Member {
  readonly name: string;
  /** True if another named type of the package has it: a base, or a part of a union. */
  readonly isInherited: boolean;
}

const modules = new Map<string, Module>();

/** Spans of swc count bytes from 1. */
const textBetween = (text: Buffer, from: number, to: number): string =>
  text.subarray(from - 1, to - 1).toString();

/** The declarations that an import leads to: a file, or the name of another package. */
const declaredFile = (file: string, specifier: string): string =>
  specifier.startsWith('.') ? join(dirname(file), specifier.replace(/\.js$/, '.d.ts')) : specifier;

function nameOf(node: Declaration): string {
  if (node.type === 'VariableDeclaration') {
    const [declarator] = node.declarations;
    return declarator?.id.type === 'Identifier' ? declarator.id.value : '';
  }
  if (node.type === 'TsModuleDeclaration') return node.id.value;
  return 'identifier' in node ? node.identifier.value : node.id.value;
}

function readModule(file: string): Module {
  const known = modules.get(file);
  if (known) return known;
  const text = readFileSync(file);
  const locals = new Map<string, Target[]>();
  const exported = new Map<string, string>();
  const add = (name: string, target: Target): void => {
    locals.set(name, [...(locals.get(name) ?? []), target]);
  };
  let end = 1;
  for (const item of parseSync(text.toString(), { syntax: 'typescript' }).body) {
    const before = textBetween(text, end, item.span.start);
    end = item.span.end;
    readItem(item, before);
  }
  function readItem(item: ModuleItem, before: string): void {
    if (item.type === 'ImportDeclaration') {
      for (const { type, local, ...rest } of item.specifiers) {
        const imported = 'imported' in rest ? rest.imported?.value : undefined;
        const name = type === 'ImportNamespaceSpecifier' ? '*' : (imported ?? local.value);
        add(local.value, { from: declaredFile(file, item.source.value), name });
      }
    } else if (item.type === 'ExportNamedDeclaration') {
      for (const specifier of item.specifiers) {
        if (specifier.type !== 'ExportSpecifier') continue;
        const name = specifier.orig.value;
        exported.set(specifier.exported?.value ?? name, name);
        if (item.source) add(name, { from: declaredFile(file, item.source.value), name });
      }
    } else if (item.type === 'ExportDeclaration') {
      const name = nameOf(item.declaration);
      exported.set(name, name);
      add(name, { node: item.declaration, before });
    } else if (item.type.endsWith('Declaration')) {
      add(nameOf(item as Declaration), { node: item as Declaration, before });
    }
  }
  const module: Module = { file, locals, exported, text };
  modules.set(file, module);
  return module;
}

/** The names that a module exports. */
export function exportsOf(file: string): string[] {
  return [...readModule(file).exported.keys()];
}

/** The types in the namespace of a module of the form `export =`. */
export function namespaceOf(file: string): string[] {
  for (const targets of readModule(file).locals.values()) {
    for (const target of targets) {
      if (!('node' in target) || target.node.type !== 'TsModuleDeclaration') continue;
      const { body } = target.node;
      if (body?.type !== 'TsModuleBlock') continue;
      return body.body.map((item) =>
        nameOf(item.type === 'ExportDeclaration' ? item.declaration : (item as Declaration)),
      );
    }
  }
  return [];
}

/** The public members of an exported class, interface or object, and the texts of a union. */
export function membersOf(file: string, name: string): Member[] {
  const module = readModule(file);
  const members = membersOfLocal(module, module.exported.get(name) ?? name);
  return [...new Map(members.map((member) => [member.name, member])).values()];
}

function membersOfLocal(module: Module, name: string): Member[] {
  return (module.locals.get(name) ?? []).flatMap((target) => {
    if ('from' in target) return foreign(target);
    return membersOfDeclaration(module, target.node);
  });
}

function foreign({ from, name }: { from: string; name: string }): Member[] {
  return name === '*' || !isAbsolute(from) ? [] : membersOf(from, name);
}

const inherited = (members: readonly Member[]): Member[] =>
  members.map(({ name }) => ({ name, isInherited: true }));

function membersOfDeclaration(module: Module, node: Declaration): Member[] {
  switch (node.type) {
    case 'ClassDeclaration': {
      const base =
        node.superClass?.type === 'Identifier' ? membersOfLocal(module, node.superClass.value) : [];
      return merge(publicNames(module, node.body, node.span.start), inherited(base));
    }
    case 'TsInterfaceDeclaration': {
      const bases = node.extends.flatMap(({ expression }) =>
        expression.type === 'Identifier' ? membersOfLocal(module, expression.value) : [],
      );
      return merge(publicNames(module, node.body.body, node.body.span.start), inherited(bases));
    }
    case 'TsTypeAliasDeclaration':
      return membersOfType(module, node.typeAnnotation);
    case 'VariableDeclaration': {
      const id = node.declarations[0]?.id;
      const type = (id as BindingIdentifier | undefined)?.typeAnnotation?.typeAnnotation;
      return type ? membersOfType(module, type) : [];
    }
    default:
      return [];
  }
}

function merge(own: readonly string[], base: readonly Member[]): Member[] {
  const fromBase = new Set(base.map(({ name }) => name));
  const mine = [...new Set(own)].filter((name) => !fromBase.has(name));
  return [...base, ...mine.map((name) => ({ name, isInherited: false }))];
}

const asMembers = (names: readonly string[]): Member[] =>
  names.map((name) => ({ name, isInherited: false }));

function membersOfType(module: Module, type: TsType): Member[] {
  switch (type.type) {
    case 'TsTypeLiteral':
      return asMembers(publicNames(module, type.members, type.span.start));
    case 'TsUnionType':
    case 'TsIntersectionType':
      return type.types.flatMap((part) => membersOfType(module, part));
    case 'TsLiteralType':
      return type.literal.type === 'StringLiteral' ? asMembers([type.literal.value]) : [];
    case 'TsTypeOperator':
    case 'TsParenthesizedType':
      return membersOfType(module, type.typeAnnotation);
    case 'TsTypeQuery':
      return type.exprName.type === 'Identifier' ? membersOfLocal(module, type.exprName.value) : [];
    case 'TsTypeReference': {
      const name = entityName(type.typeName);
      const [, picked] = type.typeParams?.params ?? [];
      if (name === 'Pick' && picked) return membersOfType(module, picked);
      return inherited(membersOfLocal(module, name));
    }
    default:
      return [];
  }
}

const entityName = (name: TsEntityName): string => (name.type === 'Identifier' ? name.value : '');

function keyOf(member: ClassMember | TsTypeElement): string | undefined {
  if (!('key' in member) || ('accessibility' in member && member.accessibility === 'private')) {
    return undefined;
  }
  const { key } = member;
  if (key.type === 'Identifier' || key.type === 'StringLiteral') return key.value;
  if (key.type !== 'Computed' || key.expression.type !== 'MemberExpression') return undefined;
  const { property } = key.expression;
  return property.type === 'Identifier' && property.value !== 'hasInstance'
    ? `[Symbol.${property.value}]`
    : undefined;
}

function publicNames(
  { text }: Module,
  members: readonly (ClassMember | TsTypeElement)[],
  start: number,
): string[] {
  const names: string[] = [];
  let end = start;
  for (const member of members) {
    const isInternal = textBetween(text, end, member.span.start).includes('@internal');
    end = member.span.end;
    const name = keyOf(member);
    if (name === undefined || isInternal || name === 'constructor') continue;
    if (!name.startsWith('_')) names.push(name);
  }
  return names;
}
