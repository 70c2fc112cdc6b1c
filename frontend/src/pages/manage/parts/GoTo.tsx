/** A link to another page of the same project. */
import { Anchor, Button, type ButtonProps } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";

export function useSlug(): string {
  return useParams({ from: "/p/$slug" }).slug;
}

interface GoToProps {
  /** The path below /manage, without a leading slash. */
  page: string;
  /** Amid other words, where colour alone would not tell a link. */
  amidWords?: boolean;
  children: ReactNode;
}

export function GoTo({ page, amidWords = false, children }: GoToProps) {
  return (
    <Anchor
      inherit
      component={Link}
      to={`/p/${useSlug()}/manage/${page}`}
      underline={amidWords ? "always" : "hover"}
    >
      {children}
    </Anchor>
  );
}

interface GoButtonProps extends ButtonProps {
  page: string;
  search?: object | undefined;
  children: ReactNode;
}

export function GoButton({ page, search, children, ...look }: GoButtonProps) {
  const to = `/p/${useSlug()}/manage/${page}`;
  // An address that is put together here tells the router nothing of its search.
  return (
    <Button component={Link} to={to} search={search as never} variant="default" {...look}>
      {children}
    </Button>
  );
}
