/** The parser has no types of its own. */
declare module 'parse-prometheus-text-format' {
  interface Metric { value?: string; labels?: Record<string, string>; buckets?: Record<string, string>; count?: string; sum?: string }
  interface Family { name: string; help: string; type: string; metrics: Metric[] }
  export default function parse(text: string): Family[]
}
