/**
 * Finds Chinese written into code, where it can't be translated or proof-read: texts of the screens belong in
 * `desktop/renderer/i18n`. Comments are free, so the code is parsed, not searched.
 */
import ts from 'typescript'
import { parse as parseComponent } from 'vue/compiler-sfc'
import { scriptBlocks } from './imports.ts'
import type { SourceFile } from './source-files.ts'

export type FoundText = { readonly file: string; readonly line: number; readonly text: string }

/** Han characters, and the punctuation and full-width forms that come with them. */
const CHINESE = /[\p{Script=Han}\u3000-\u303f\uff01-\uffef]/u
const SHOWN_LENGTH = 20

/** Every place with Chinese in it outside comments. */
export function findTextInCode(files: readonly SourceFile[]): FoundText[] {
  return files
    .filter(({ text }) => CHINESE.test(text))
    .flatMap((file) => [...textInScripts(file), ...textInTemplate(file)])
    .sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1))
}

function textInScripts(file: SourceFile): FoundText[] {
  return scriptBlocks(file).flatMap(({ tree, linesBefore }) => {
    const found: FoundText[] = []
    const visit = (node: ts.Node): void => {
      if (node.getChildCount(tree) > 0) {
        node.getChildren(tree).forEach(visit)
        return
      }
      const text = node.getText(tree)
      if (!CHINESE.test(text) || isDocComment(node)) return
      const line = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line
      found.push(describe(file.path, linesBefore + line + 1, text))
    }
    visit(tree)
    return found
  })
}

/** The parser keeps documentation comments as nodes of the tree; other comments are not in it. */
function isDocComment(node: ts.Node): boolean {
  for (let at: ts.Node | undefined = node; at; at = at.parent) if (ts.isJSDoc(at)) return true
  return false
}

function textInTemplate(file: SourceFile): FoundText[] {
  if (!file.path.endsWith('.vue')) return []
  const { template } = parseComponent(file.text, { filename: file.path, sourceMap: false }).descriptor
  if (template === null) return []
  const withoutComments = template.content.replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ' '))
  return withoutComments.split('\n').flatMap((line, index) => (
    CHINESE.test(line) ? [describe(file.path, template.loc.start.line + index, line.trim())] : []
  ))
}

function describe(file: string, line: number, text: string): FoundText {
  return { file, line, text: text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text }
}
