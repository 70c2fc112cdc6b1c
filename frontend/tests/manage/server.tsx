/** The real router and pages against answers that a test gives by path; what was sent is kept. */
import { MantineProvider } from "@mantine/core";
import { Notifications, notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { vi } from "vitest";

import { makeQueryClient } from "@/api/queryClient";
import { makeRouter } from "@/router";

interface Sent {
  method: string;
  path: string;
  body: unknown;
}
type Answers = Record<string, unknown>;

const SESSION = {
  user: { id: 1, name: "Alice", kind: "person", staff: true },
  projects: [{ slug: "helpful", name: "Helpful answers", role: "owner" }],
};

/** Keys are "/people" for GET and "POST /people" for others, below the project; a Response is sent as is. */
export function open(page: string, answers: Answers): Sent[] {
  const sent: Sent[] = [];
  const known: Answers = { "/api/v1/session": SESSION, ...answers };
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
  window.history.replaceState(null, "", `/p/helpful/manage${page}`);
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
