/** A page: its heading, and parts of which each breaks for itself. */

import { Children, type ReactNode } from "react";

import { Guard } from "./Panel";

const guarded = (parts: ReactNode): ReactNode => Children.map(parts, (part) => <Guard>{part}</Guard>);

export const Page = ({ title, children }: { title: string; children: ReactNode }) => (
  <div className="mx-auto flex max-w-6xl flex-col gap-4">
    <h1 className="text-2xl font-semibold">{title}</h1>
    {guarded(children)}
  </div>
);

/** Parts that stand side by side where there is room. */
export const Beside = ({ children }: { children: ReactNode }) => <div className="grid gap-4 xl:grid-cols-2">{guarded(children)}</div>;
