import { act, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import { Table } from "@/ui/Table";

const rows = Array.from({ length: 95 }, (_, n) => ({ id: String(n) }));
const shown = () => screen.getAllByRole("row").length - 1;

afterEach(() => vi.unstubAllGlobals());

describe("a long table", () => {
  it("draws more rows when its end is near, each once, and offers the next page behind the last", () => {
    let near: () => void = () => undefined;
    vi.stubGlobal(
      "IntersectionObserver",
      class {
        constructor(told: (seen: { isIntersecting: boolean }[]) => void) {
          near = () => told([{ isIntersecting: true }]);
        }
        observe() {}
        disconnect() {}
      },
    );
    const columns = [{ title: "Id", cell: (row: { id: string }) => `row ${row.id}` }];
    render(<Table caption="Long" columns={columns} rows={rows} id={(row) => row.id} empty="none" more={() => undefined} />);
    expect(shown()).toBe(20);
    expect(screen.queryByRole("button")).toBeNull();
    for (let n = 0; n < 10; n += 1) act(() => near());
    expect(shown()).toBe(95);
    expect(new Set(screen.getAllByRole("cell").map((cell) => cell.textContent)).size).toBe(95);
    expect(screen.getByRole("button", { name: "Show more" })).toBeTruthy();
  });
});
