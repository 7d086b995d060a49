/**
 * What a file imports, by parsing it: static, type-only and dynamic imports, re-exports, `import x = require()`,
 * `typeof import()` types and reference directives, in TypeScript and in the scripts of a .vue file.
 */
import ts from 'typescript'
import { parse as parseComponent } from 'vue/compiler-sfc'
import type { SourceFile } from './source-files.ts'

export type Import = { readonly specifier: string; readonly line: number }

/** A piece of TypeScript inside a file, and the line of the file before its first. */
export type ScriptBlock = { readonly tree: ts.SourceFile; readonly linesBefore: number }

/** The TypeScript of a file: all of it, or each script block of a component. */
export function scriptBlocks(file: SourceFile): ScriptBlock[] {
  if (!file.path.endsWith('.vue')) return [{ tree: parseScript(file.path, file.text), linesBefore: 0 }]
  const { script, scriptSetup } = parseComponent(file.text, { filename: file.path, sourceMap: false }).descriptor
  return [script, scriptSetup]
    .filter((block) => block !== null)
    .map((block) => ({ tree: parseScript(`${file.path}.ts`, block.content), linesBefore: block.loc.start.line - 1 }))
}

function parseScript(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
}

/** Every import of a file with its line, counted from 1, in order. */
export function importsOf(file: SourceFile): Import[] {
  return scriptBlocks(file).flatMap(({ tree, linesBefore }) => {
    const found: Import[] = []
    const add = (specifier: string, position: number): void => {
      found.push({ specifier, line: linesBefore + tree.getLineAndCharacterOfPosition(position).line + 1 })
    }
    for (const reference of tree.typeReferenceDirectives) add(reference.fileName, reference.pos)
    for (const reference of tree.referencedFiles) add(reference.fileName, reference.pos)
    const visit = (node: ts.Node): void => {
      const literal = specifierOf(node)
      if (literal !== undefined && ts.isStringLiteralLike(literal)) add(literal.text, literal.getStart(tree))
      ts.forEachChild(node, visit)
    }
    visit(tree)
    return found
  })
}

/** The expression that names the module, where a node imports one. */
function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier
  if (ts.isExternalModuleReference(node)) return node.expression
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal
  if (ts.isCallExpression(node)) {
    const callee = node.expression
    const isImport = callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require')
    return isImport ? node.arguments[0] : undefined
  }
  return undefined
}
