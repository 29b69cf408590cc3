import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Table } from "@/ui/Table";

const HEIGHT = 46;
const rowsOf = (count: number) => Array.from({ length: count }, (_, n) => ({ id: String(n) }));
const columns = [{ title: "Id", cell: (row: { id: string }) => <button type="button">{`row ${row.id}`}</button> }];
const shown = () => screen.getAllByRole("row").filter((row) => row.getAttribute("aria-rowindex") !== null);
const places = () => shown().map((row) => Number(row.getAttribute("aria-rowindex")));
const settled = () => act(() => new Promise((done) => setTimeout(done, 50)));
/** Until the drawing of what is in sight has been loaded, and has taken the place of the first rows. */
const loaded = async () => {
  await act(() => import("@/ui/LongRows"));
  await waitFor(() => expect(shown().length).not.toBe(21), { timeout: 5_000 });
};

/** Scroll the window: this place lays nothing out, so that the rows' beginning goes up by hand. */
async function scrollTo(top: number) {
  window.scrollY = top;
  act(() => void window.dispatchEvent(new Event("scroll")));
  await settled();
}

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(HEIGHT);
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockImplementation(() => new DOMRect(0, -window.scrollY, 100, HEIGHT));
});
afterEach(() => {
  window.scrollY = 0;
  vi.restoreAllMocks();
});

describe("a table", () => {
  it("of a page or two is drawn whole, and offers the next page", () => {
    render(<Table caption="Short" columns={columns} rows={rowsOf(60)} id={(row) => row.id} empty="none" more={() => undefined} />);
    expect(shown()).toHaveLength(61);
    expect(screen.getByRole("button", { name: "Show more" })).toBeTruthy();
  });

  it("that is long draws what is in sight, says which rows these are, and how many there are", async () => {
    render(<Table caption="Long" columns={columns} rows={rowsOf(10_000)} id={(row) => row.id} empty="none" />);
    await loaded();
    expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("10001");
    expect(shown().length).toBeLessThan(60);
    expect(places().slice(0, 3)).toEqual([1, 2, 3]);
    await scrollTo(5_000 * HEIGHT);
    expect(shown().length).toBeLessThan(60);
    expect(screen.getByText("row 5000")).toBeTruthy();
    expect(new Set(places()).size).toBe(places().length);
  });

  it("that is long keeps the row that holds the focus", async () => {
    render(<Table caption="Long" columns={columns} rows={rowsOf(10_000)} id={(row) => row.id} empty="none" />);
    await loaded();
    act(() => screen.getByRole("button", { name: "row 3" }).focus());
    await scrollTo(5_000 * HEIGHT);
    expect(screen.getByText("row 5000")).toBeTruthy();
    expect(document.activeElement?.textContent).toBe("row 3");
    expect(places()).toEqual(places().toSorted((one, other) => one - other));
  });

  it.each([3, 19])("that is long keeps the focus in row %i while the drawing of what is in sight is loaded", async (place) => {
    const { container } = render(<Table caption="Long" columns={columns} rows={rowsOf(10_000)} id={(row) => row.id} empty="none" />);
    const before = screen.getByRole("button", { name: `row ${String(place)}` });
    act(() => before.focus());
    await loaded();
    expect(container.contains(before), "the rows were never taken away").toBe(false);
    expect(document.activeElement?.textContent).toBe(`row ${String(place)}`);
    await scrollTo(5_000 * HEIGHT);
    expect(document.activeElement?.textContent).toBe(`row ${String(place)}`);
  });

  it("that is long gives the focus to nobody who has left it meanwhile", async () => {
    render(<Table caption="Long" columns={columns} rows={rowsOf(10_000)} id={(row) => row.id} empty="none" />);
    const button = screen.getByRole("button", { name: "row 3" });
    act(() => button.focus());
    act(() => button.blur());
    await loaded();
    expect(document.activeElement).toBe(document.body);
  });

  it("that grows long keeps the row in which somebody is", async () => {
    const table = (count: number) => <Table caption="Grows" columns={columns} rows={rowsOf(count)} id={(row) => row.id} empty="none" />;
    const { rerender } = render(table(60));
    act(() => screen.getByRole("button", { name: "row 45" }).focus());
    rerender(table(61));
    expect(document.activeElement?.textContent).toBe("row 45");
    await act(() => import("@/ui/LongRows"));
    await settled();
    expect(document.activeElement?.textContent).toBe("row 45");
  });

  it("that is long is searched by its own words, as the browser finds only what is drawn", async () => {
    render(<Table caption="Long" columns={columns} rows={rowsOf(10_000)} id={(row) => row.id} empty="none" find={(row) => `T${row.id}`} />);
    await loaded();
    fireEvent.change(screen.getByLabelText("Find in this list"), { target: { value: "t9999" } });
    await settled();
    expect(screen.getByText("1 of 10,000")).toBeTruthy();
    expect(screen.getByText("row 9999")).toBeTruthy();
  });
});
