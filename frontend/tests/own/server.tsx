/** The real router against answers that a test gives by method and path; what was sent is kept. */
import { MantineProvider } from "@mantine/core";
import { Notifications, notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";

import { makeQueryClient } from "@/api/queryClient";
import type { Role, Session } from "@/api/types";
import { makeRouter } from "@/router";

interface Sent {
  method: string;
  url: string;
  body: unknown;
}
export type Answers = Record<string, unknown>;

export const PROJECT = "/api/v1/projects/helpful";
export const NOBODY: Session = { user: null, projects: [] };

export function sessionOf(...roles: [slug: string, role: Role][]): Session {
  const projects = roles.map(([slug, role]) => ({ slug, name: `The ${slug} project`, role }));
  return { user: { id: 1, name: "Alice", kind: "person", staff: false }, projects };
}

/** A test may change `answers` while the page is open; a Response is sent as it is. */
function serve(answers: Answers): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    const text = await request.text();
    sent.push({
      method: request.method,
      url: pathname + search,
      body: text ? JSON.parse(text) : null,
    });
    const answer = answers[`${request.method} ${pathname}`];
    if (answer instanceof Response) return answer.clone();
    if (answer === undefined) return Response.json({ detail: "Not here." }, { status: 404 });
    return Response.json(answer);
  });
  notifications.clean();
  return sent;
}

function Around({ children }: { children: ReactNode }) {
  return (
    <MantineProvider env="test">
      <Notifications />
      {children}
    </MantineProvider>
  );
}

export function open(address: string, answers: Answers): Sent[] {
  const sent = serve(answers);
  window.history.replaceState(null, "", address);
  const client = makeQueryClient();
  render(
    <Around>
      <QueryClientProvider client={client}>
        <RouterProvider router={makeRouter(client)} />
      </QueryClientProvider>
    </Around>,
  );
  return sent;
}

/** One component alone, for those that another page shows. */
export function show(children: ReactNode, answers: Answers = {}) {
  const sent = serve(answers);
  const client = makeQueryClient();
  const reread = vi.spyOn(client, "invalidateQueries");
  render(
    <Around>
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </Around>,
  );
  return { sent, reread };
}

export function writes(sent: Sent[]): string[] {
  return sent
    .filter(({ method }) => method !== "GET")
    .map(({ method, url }) => `${method} ${url.replace("/api/v1/", "")}`);
}
