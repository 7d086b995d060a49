/**
 * Proves the habits that keep the cloud's SQL a shop's own and distributable by shop (docs/scaling.md): each statement on a
 * shop's table says which shop, inside a transaction that is told the same; the tenant is set by one statement in one
 * place; rows and locks come in the forms that a distributed database takes. Row security stands behind this; the check
 * finds what would be wrong, slow or refused before a database does. Pure: files in, findings out.
 */
import ts from 'typescript'
import { scriptBlocks } from './imports.ts'
import type { SourceFile } from './source-files.ts'

export type SqlFinding = { readonly file: string; readonly line: number; readonly rule: string }

/** A statement that reads or writes over shops on purpose: a read model's, a job's. */
export type AcrossShops = { readonly file: string; readonly table: string; readonly because: string }

/** None yet: read models over shops (city map, market, indicators) are named here when they come, each with its reason. */
export const ACROSS_SHOPS: readonly AcrossShops[] = []

export type SqlHabits = {
  readonly code: readonly SourceFile[]
  readonly migrations: readonly SourceFile[]
  /** Tables that are no shop's. */
  readonly serviceTables: readonly string[]
  readonly across: readonly AcrossShops[]
}

/** The one place that says which shop a transaction is about. */
const SETTER = { file: 'cloud/storage/database.ts', name: 'setShop' }
const POLICY = "nullif(current_setting('app.shop_id', true), '')::uuid"
const KYSELY = ['selectFrom', 'insertInto', 'updateTable', 'deleteFrom', 'mergeInto', 'replaceInto']

export function checkSqlHabits({ code, migrations, serviceTables, across }: SqlHabits): SqlFinding[] {
  const tenants = tablesOf(migrations).filter((table) => !serviceTables.includes(table))
  const used = new Set<AcrossShops>()
  const isAcross = (file: string, table: string): boolean => {
    const entry = across.find((one) => one.file === file && one.table === table)
    if (entry) used.add(entry)
    return entry !== undefined
  }
  const found = [...code.flatMap((file) => checkFile(file, tenants, isAcross)), ...migrations.flatMap(checkMigration)]
  for (const entry of across) if (!used.has(entry)) found.push({ file: entry.file, line: 1, rule: `is listed as reading ${entry.table} across shops, and does not` })
  return found
}

export const formatSqlFinding = ({ file, line, rule }: SqlFinding): string => `${file}:${line} ${rule}`

/** Every table that the migrations make, parts of a table aside. */
export function tablesOf(migrations: readonly SourceFile[]): string[] {
  const names = migrations.flatMap(({ text }) => {
    const renamed = new Map([...withoutComments(text).matchAll(/alter table (\w+) rename to (\w+)/gi)].map(([, from = '', to = '']) => [from, to]))
    return [...withoutComments(text).matchAll(/create (?:unlogged )?table (?:if not exists )?(\w+)/gi)].map(([, name = '']) => renamed.get(name) ?? name)
  })
  return [...new Set(names)].sort()
}

const withoutComments = (text: string): string => text.replace(/--[^\n]*/g, (comment) => ' '.repeat(comment.length))
const lineAt = (text: string, position: number): number => text.slice(0, position).split('\n').length

function checkMigration({ path, text: written }: SourceFile): SqlFinding[] {
  const text = withoutComments(written)
  const found = faultsOfText(text).map(({ at, rule }) => ({ file: path, line: lineAt(text, at), rule }))
  for (const match of text.matchAll(/create (?:or replace )?(?:constraint )?trigger\b|\bnextval\b|\bcreate sequence\b|\b(?:small|big)?serial\b/gi)) {
    found.push({ file: path, line: lineAt(text, match.index), rule: `${match[0].toLowerCase()}: a distributed table has no triggers, and shops share no sequence` })
  }
  // One of pg_temp is gone with the connection that migrates.
  for (const match of text.matchAll(/create (?:or replace )?function (?!pg_temp\.)/gi)) found.push({ file: path, line: lineAt(text, match.index), rule: 'a function: what it does can\'t be seen from here, and on Citus it is not on the workers' })
  return found
}

/** What no SQL of ours may say, wherever it stands. */
function faultsOfText(text: string): { at: number; rule: string }[] {
  const found: { at: number; rule: string }[] = []
  const all = (pattern: RegExp, rule: string): void => { for (const match of text.matchAll(pattern)) found.push({ at: match.index, rule }) }
  all(/\bset_config\s*\(/gi, 'set_config(): a function\'s setting does not reach the workers; setShop says SET LOCAL')
  all(/\bset\s+(?:local\s+|session\s+)?app\.|\breset\s+app\./gi, 'sets the shop other than through setShop')
  // In a text that a DO block puts together quotes are doubled, so runs of them are compared as one.
  const plain = text.replace(/'+/g, "'")
  const wanted = POLICY.replace(/'+/g, "'")
  const readings = [...plain.matchAll(/current_setting\('app\./gi)].filter(({ index }) => !plain.slice(index - 'nullif('.length).toLowerCase().startsWith(wanted))
  for (const { index } of readings) found.push({ at: index, rule: `reads the shop's setting other than as ${POLICY}, which is no error where it was never set` })
  for (const match of text.matchAll(/\binsert\s+into\s+[^;]*?\bselect\b([^;]*)/gi)) {
    if (!/\bfrom\b/i.test(match[1] ?? '')) found.push({ at: match.index, rule: 'inserts a SELECT of constants: on Citus that is a COPY, which row security refuses; say VALUES, or SELECT … FROM unnest(…)' })
  }
  return found
}

type Statement = { readonly node: ts.Node; readonly rule: string; readonly table: string }

function checkFile(file: SourceFile, tenants: readonly string[], isAcross: (file: string, table: string) => boolean): SqlFinding[] {
  return scriptBlocks(file).flatMap(({ tree, linesBefore }) => {
    const found: SqlFinding[] = []
    const add = (node: ts.Node, rule: string): void => {
      found.push({ file: file.path, line: linesBefore + tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1, rule })
    }
    const opened: ts.Node[] = []
    let touches = false
    let setsShop = false
    const visit = (node: ts.Node): void => {
      for (const { node: at, rule, table } of [...kyselyFaults(node, tree, tenants), ...templateFaults(node, tree, tenants)]) if (!isAcross(file.path, table)) add(at, rule)
      touches ||= tenantsNamed(node, tree, tenants).length > 0
      for (const [at, rule] of textFaults(node, tree, file.path)) add(at, rule)
      if (ts.isCallExpression(node)) {
        const callee = nameOf(node.expression)
        if (callee === 'transaction' && ts.isPropertyAccessExpression(node.expression)) opened.push(node)
        setsShop ||= callee === SETTER.name
        if (callee === 'inShop' && isWithin(node, 'inShop')) add(node, 'opens a shop inside another: writes to two shops in one transaction are rare and deliberate')
      }
      ts.forEachChild(node, visit)
    }
    visit(tree)
    if (touches && !setsShop) for (const node of opened) add(node, 'opens a transaction that is told no shop, in a file that touches shops\' tables: use inShop')
    return found
  })
}

const nameOf = (expression: ts.Expression): string => (ts.isPropertyAccessExpression(expression) ? expression.name.text : ts.isIdentifier(expression) ? expression.text : '')

function isWithin(node: ts.Node, callee: string): boolean {
  for (let at: ts.Node | undefined = node.parent; at; at = at.parent) if (ts.isCallExpression(at) && nameOf(at.expression) === callee) return true
  return false
}

/** Tables of shops that a Kysely call or an SQL template names; `?` where a variable does. */
function tenantsNamed(node: ts.Node, tree: ts.SourceFile, tenants: readonly string[]): string[] {
  if (isSqlTemplate(node)) return references(sqlText(node, tree)).map(({ table }) => table).filter((table) => tenants.includes(table))
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression) || !KYSELY.includes(node.expression.name.text)) return []
  const [argument] = node.arguments
  if (!argument) return []
  const named = ts.isArrayLiteralExpression(argument) ? [...argument.elements] : [argument]
  return named.map((name) => (ts.isStringLiteralLike(name) ? name.text.split(' ')[0]! : '?')).filter((name) => name === '?' || tenants.includes(name))
}

/** Whether an expression is the pool of connections, which no transaction binds to a shop. */
const isPool = (text: string): boolean => /(^|\.)db$/.test(text.trim())

function kyselyFaults(node: ts.Node, tree: ts.SourceFile, tenants: readonly string[]): Statement[] {
  if (isSqlTemplate(node)) return []
  return tenantsNamed(node, tree, tenants).flatMap((table) => {
    const call = node as ts.CallExpression
    const access = call.expression as ts.PropertyAccessExpression
    const found: Statement[] = []
    const add = (rule: string): void => { found.push({ node: access.name, rule, table }) }
    if (isPool(access.expression.getText(tree))) add(`touches ${table} outside a transaction of its shop: use inShop`)
    const chain = chainOf(call)
    const isWhere = (one: ts.CallExpression): boolean => nameOf(one.expression) === 'where' && /^'(\w+\.)?shop_id'$/.test(one.arguments[0]?.getText(tree) ?? '') && one.arguments[1]?.getText(tree) === "'='"
    if (/^(insertInto|replaceInto)$/.test(access.name.text)) {
      const values = chain.find((one) => nameOf(one.expression) === 'values')?.arguments[0]
      if (!values || !rowsOf(values).every(namesShop)) add(`inserts into ${table} rows that don't each say their shop_id`)
    } else if (!chain.some(isWhere)) add(`does not say which shop's ${table}: where('shop_id', '=', …)`)
    for (const one of chain) {
      const name = nameOf(one.expression)
      const joined = one.arguments[0]
      if (name.endsWith('Join') && joined && ts.isStringLiteralLike(joined) && tenants.includes(joined.text.split(' ')[0]!) && (one.getText(tree).slice(one.expression.getText(tree).length).match(/shop_id/g) ?? []).length < 2) add(`joins ${joined.text.split(' ')[0]} other than by shop_id`)
      if (name === 'skipLocked') add(`skips locked rows of ${table}: refused across shards; take jobs per shop, or keep them in a table of the service`)
    }
    return found
  })
}

/** The calls that follow one, to the end of its statement. */
function chainOf(call: ts.CallExpression): ts.CallExpression[] {
  const chain: ts.CallExpression[] = []
  for (let at: ts.Node = call; ts.isPropertyAccessExpression(at.parent) && at.parent.expression === at && ts.isCallExpression(at.parent.parent) && at.parent.parent.expression === at.parent;) {
    at = at.parent.parent
    chain.push(at as ts.CallExpression)
  }
  return chain
}

function rowsOf(values: ts.Expression): ts.Expression[] {
  if (ts.isArrayLiteralExpression(values)) return [...values.elements]
  // rows.map((row) => ({ … })): what each becomes.
  if (ts.isCallExpression(values) && nameOf(values.expression) === 'map') {
    const [make] = values.arguments
    if (make && ts.isArrowFunction(make) && !ts.isBlock(make.body)) return [ts.isParenthesizedExpression(make.body) ? make.body.expression : make.body]
  }
  return [values]
}

const namesShop = (row: ts.Expression): boolean => ts.isObjectLiteralExpression(row) && row.properties.some((property) => property.name !== undefined && (ts.isIdentifier(property.name) || ts.isStringLiteral(property.name)) && property.name.text === 'shop_id')

const isSqlTemplate = (node: ts.Node): node is ts.TaggedTemplateExpression => ts.isTaggedTemplateExpression(node) && ts.isIdentifier(node.tag) && node.tag.text === 'sql'

/** A template's SQL, each value as `:x`. */
function sqlText({ template }: ts.TaggedTemplateExpression, _tree: ts.SourceFile): string {
  if (ts.isNoSubstitutionTemplateLiteral(template)) return template.text
  return template.head.text + template.templateSpans.map(({ literal }) => `:x${literal.text}`).join('')
}

/** Tables that a text names, each with the word before it; a comma for those further down a list. */
function references(text: string): { verb: string; table: string; at: number }[] {
  const named = [...text.matchAll(/\b(from|join|into|update|using)\s+(?:only\s+)?(\w+)/gi)]
  const listed = [...text.matchAll(/(?<=\bfrom\s+\w+(?:\s+(?:as\s+)?\w+)?\s*)(,)\s*(\w+)/gi)]
  return [...named, ...listed].map((match) => ({ verb: match[1]!.toLowerCase(), table: match[2]!.toLowerCase(), at: match.index }))
}

/** What a join is on, to the next clause. */
const conditionOf = (join: string): string => join.slice('join'.length).split(/\b(?:where|left|right|full|inner|cross|join|group|order|union|set)\b/i)[0]!

function templateFaults(node: ts.Node, tree: ts.SourceFile, tenants: readonly string[]): Statement[] {
  if (!isSqlTemplate(node)) return []
  const text = sqlText(node, tree)
  const named = references(text).filter(({ table }) => tenants.includes(table))
  const [first] = named
  if (!first) return []
  const found: Statement[] = []
  const add = (table: string, rule: string): void => { found.push({ node, rule, table }) }
  const execute = ts.isPropertyAccessExpression(node.parent) && ts.isCallExpression(node.parent.parent) ? node.parent.parent : undefined
  if (execute && isPool(execute.arguments[0]?.getText(tree) ?? '')) add(first.table, `touches ${first.table} outside a transaction of its shop: use inShop`)
  if (/\bskip\s+locked\b/i.test(text)) add(first.table, `skips locked rows of ${first.table}: refused across shards; take jobs per shop, or keep them in a table of the service`)
  for (const branch of text.split(/\bunion(?:\s+all)?\b/i)) {
    for (const { verb, table, at } of references(branch).filter((one) => tenants.includes(one.table))) {
      const rest = branch.slice(at)
      if (verb === 'into') {
        const isFirst = /^into\s+\w+(?:\s+as\s+\w+)?\s*\(\s*shop_id\b/i.test(rest) && /\)\s*(?:select\s+:x::uuid|values\s*\(\s*:x)/i.test(rest)
        if (!isFirst) add(table, `inserts into ${table} without shop_id as the first of its columns and values`)
      } else if (verb === 'join' || verb === 'using') {
        if (!/\b\w+\.shop_id\s*=\s*(?:\w+\.shop_id\b|:x)/i.test(conditionOf(rest))) add(table, `joins ${table} other than by shop_id`)
      } else if (verb === ',') add(table, `joins ${table} by a comma: say join … on, with shop_id`)
      else if (!/\b(?:\w+\.)?shop_id\s*=\s*:x/i.test(rest)) add(table, `does not say which shop's ${table}: where shop_id = …`)
    }
  }
  return found
}

/** What is wrong with any SQL text of a file: templates, raw pieces, and what is handed to a connection as it is. */
function textFaults(node: ts.Node, tree: ts.SourceFile, path: string): [ts.Node, string][] {
  const isSetter = path === SETTER.file && inFunction(node, SETTER.name)
  if (isSqlTemplate(node)) return faultsOfText(sqlText(node, tree)).map(({ rule }) => [node, rule])
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return []
  const { name, expression } = node.expression
  const isRaw = name.text === 'raw' && expression.getText(tree) === 'sql'
  if (!isRaw && name.text !== 'query') return []
  if (isSetter) return []
  const [argument] = node.arguments
  const faults: [ts.Node, string][] = argument ? faultsOfText(argument.getText(tree)).map(({ rule }) => [node, rule]) : []
  return isRaw ? [...faults, [node, `sql.raw outside ${SETTER.name}: values go in as parameters`]] : faults
}

function inFunction(node: ts.Node, name: string): boolean {
  for (let at: ts.Node | undefined = node.parent; at; at = at.parent) if (ts.isFunctionDeclaration(at) && at.name?.text === name) return true
  return false
}
