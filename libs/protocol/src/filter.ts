/** A value that a filter compares with: JSON, where text stands for record ids, datetimes and the like. */
export type FilterValue = string | number | boolean | null | FilterValue[] | { [key: string]: FilterValue };

/** Operators on one field. All that are given have to hold. */
export interface FilterOperators {
  eq?: FilterValue;
  ne?: FilterValue;
  gt?: FilterValue;
  gte?: FilterValue;
  lt?: FilterValue;
  lte?: FilterValue;
  in?: FilterValue[];
  nin?: FilterValue[];
  /** An array has this element, or a text this part. */
  contains?: FilterValue;
  startsWith?: string;
  /** `true`: the field is not NONE. */
  exists?: boolean;
}

/**
 * Which rows a subscription wants. All conditions have to hold. A key is a field or a dotted path, `or` or `not`;
 * a scalar is equality.
 *
 * @example { room: 'general', age: { gte: 18, lt: 65 }, or: [{ vip: true }, { not: { 'address.city': 'Rome' } }] }
 */
export interface Filter {
  or?: Filter[];
  not?: Filter;
  [path: string]: FilterOperators | FilterValue | Filter | Filter[] | undefined;
}
