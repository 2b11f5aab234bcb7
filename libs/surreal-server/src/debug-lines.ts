const stamp = /^(\[.*timestamp\.rs:\d+:\d+\] self\.0\.to_be_bytes\(\) = \[?|[\d\s,[\]]*)$/;

/** The embedded engine 3.0.2 prints each changefeed stamp it draws, eight bytes on ten lines: true of any piece of it. */
export const isDebugLine = (line: string): boolean => stamp.test(line);
