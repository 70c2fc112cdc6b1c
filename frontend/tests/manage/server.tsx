/** The real router and pages against answers that a test gives by path; what was sent is kept. */
import { MantineProvider } from "@mantine/core";
import { Notifications, notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { configure, render } from "@testing-library/react";
import { vi } from "vitest";

import { makeQueryClient } from "@/api/queryClient";
import type { Role } from "@/api/types";
import { makeRouter } from "@/router";

// A page's chunk is read at its first visit, which takes a while on a busy machine.
configure({ asyncUtilTimeout: 5_000 });

// jsdom has no fonts, whose arrival a text field that grows waits for.
if (!("fonts" in document)) Object.assign(document, { fonts: new EventTarget() });

interface Sent {
  method: string;
  path: string;
  body: unknown;
}
type Answers = Record<string, unknown>;

const sessionOf = (role: Role) => ({
  user: { id: 1, name: "Alice", kind: "person", staff: true },
  projects: [{ slug: "helpful", name: "Helpful answers", role }],
});

/**
 * `page` is below the project's /manage, or "/projects". Keys are "/people" for GET and "POST /people"
 * for others, below the project; a Response is sent as is.
 */
export function open(page: string, answers: Answers, role: Role = "owner"): Sent[] {
  const sent: Sent[] = [];
  const known: Answers = { "/api/v1/session": sessionOf(role), ...answers };
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname.replace("/api/v1/projects/helpful", "");
    const text = await request.text();
    if (request.method !== "GET") {
      sent.push({ method: request.method, path, body: text ? JSON.parse(text) : null });
    }
    const answer = known[request.method === "GET" ? path : `${request.method} ${path}`];
    if (answer instanceof Response) return answer.clone();
    if (answer === undefined) return Response.json({ detail: "Not here." }, { status: 404 });
    return Response.json(answer);
  });
  notifications.clean();
  const address = page === "/projects" ? page : `/p/helpful/manage${page}`;
  window.history.replaceState(null, "", address);
  const client = makeQueryClient();
  render(
    <MantineProvider env="test">
      <Notifications />
      <QueryClientProvider client={client}>
        <RouterProvider router={makeRouter(client)} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return sent;
}
