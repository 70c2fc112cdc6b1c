/** A request that works as it stands, once the token is put in. */
export function pushExample(origin: string, slug: string): string {
  const prompt = "How do I keep basil alive on a north-facing windowsill?";
  const body = {
    policy: "my-model",
    version: "step-1000",
    items: [
      { prompt, text: "Turn the pot daily and water it from below." },
      { prompt, text: "Give it a small grow lamp for ten hours a day." },
    ],
  };
  return [
    `curl -X POST ${origin}/api/v1/projects/${slug}/responses \\`,
    `  -H "Authorization: Bearer $TIEBREAK_TOKEN" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '${JSON.stringify(body, null, 2)}'`,
  ].join("\n");
}
