/**
 * The one place where text that people or models wrote becomes elements. Raw HTML stays text, images
 * become links, links leave with `noopener nofollow`, and everything passes the sanitiser.
 */
import { memo, useEffect, useState } from "react";
import ReactMarkdown, { type Components, type Options } from "react-markdown";
import rehypeSanitize, { defaultSchema } from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import remarkMath from "remark-math";

import { settleDollars } from "@/lib/dollars";

import classes from "./Markdown.module.css";

type Plugins = NonNullable<Options["rehypePlugins"]>;

/** GitHub's list, plus the classes by which remark-math marks a formula for KaTeX, which runs after it. */
const schema: typeof defaultSchema = {
  ...defaultSchema,
  attributes: {
    ...defaultSchema.attributes,
    code: [["className", /^language-./, "math-inline", "math-display"]],
  },
  protocols: { ...defaultSchema.protocols, href: ["http", "https", "mailto"] },
};

const LINK = { target: "_blank", rel: "noopener noreferrer nofollow" } as const;

const components: Components = {
  a: ({ node: _node, children, ...rest }) => (
    <a {...rest} {...LINK}>
      {children}
    </a>
  ),
  // A remote image would tell its host who reads what, and when.
  img: ({ src, alt }) => (
    <a href={typeof src === "string" ? src : undefined} {...LINK}>
      {`[image: ${alt || "no description"}]`}
    </a>
  ),
  table: ({ node: _node, ...rest }) => (
    <div className={classes.wide} tabIndex={0} role="group" aria-label="Table">
      <table {...rest} />
    </div>
  ),
};

const REMARK: NonNullable<Options["remarkPlugins"]> = [remarkGfm, remarkMath];
const WITHOUT_MATH: Plugins = [[rehypeSanitize, schema]];
let withMath: Plugins | null = null;

/** KaTeX is as large as the rest of the page together: it is fetched with the first formula. */
async function loadMath(): Promise<Plugins> {
  const [{ default: rehypeKatex }] = await Promise.all([
    import("rehype-katex"),
    import("katex/dist/katex.min.css"),
  ]);
  // It runs on sanitised input and, untrusted, writes no links and loads nothing.
  const settings = { trust: false, strict: "ignore", maxExpand: 500, maxSize: 20 } as const;
  withMath = [...WITHOUT_MATH, [rehypeKatex, settings]];
  return withMath;
}

function usePlugins(text: string): Plugins {
  const wanted = text.includes("$");
  const [loaded, setLoaded] = useState(withMath);
  useEffect(() => {
    // Without the formula renderer the formula's source is still there to read.
    if (wanted && !loaded) loadMath().then(setLoaded, () => undefined);
  }, [wanted, loaded]);
  return (wanted && loaded) || WITHOUT_MATH;
}

export const Markdown = memo(function Markdown({ text }: { text: string }) {
  const source = settleDollars(text);
  const rehype = usePlugins(source);
  return (
    <div className={classes.markdown} dir="auto">
      <ReactMarkdown components={components} remarkPlugins={REMARK} rehypePlugins={rehype}>
        {source}
      </ReactMarkdown>
    </div>
  );
});
