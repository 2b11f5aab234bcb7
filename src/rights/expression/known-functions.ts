/** Families of functions whose values hang on their arguments alone, whoever asks and whenever. */
const FAMILIES = ['array', 'bytes', 'duration', 'geo', 'math', 'object', 'set', 'string', 'type', 'vector'];
const ALONE: ReadonlySet<string> = new Set(['count', 'not', 'record::id', 'record::tb', 'record::table']);
/** Of these families: what takes a closure, reads tables, or gives another answer each time. */
const EXCEPT =
  /^(?:array::(?:all|any|every|filter\w*|find\w*|fold|map|reduce|some|shuffle)|type::(?:field|fields|table))$/;
/** Methods of values; other names could be those of functions that are not known here. */
const METHODS: ReadonlySet<string> = new Set([
  ...['len', 'first', 'last', 'distinct', 'flatten', 'keys', 'values', 'id', 'tb', 'table'],
  ...['lowercase', 'uppercase', 'trim', 'starts_with', 'ends_with', 'contains', 'to_string', 'is_empty'],
]);
/** Functions that are called with values of a row: none tells a whole number from the same one as a float. */
const OF_ROWS =
  /^(?:count|not|record::(?:id|tb|table)|array::(?:len|first|last|distinct|flatten|concat|union|intersect|difference|complement|append|prepend|reverse|is_empty|add|max|min)|string::(?:len|lowercase|uppercase|trim|starts_with|ends_with|contains|reverse|words|split)|object::(?:keys|values|len|is_empty)|time::(?:year|month|day|wday|yday|week|hour|minute|second|unix)|geo::(?:distance|area|bearing|centroid)|type::is_(?:array|bool|bytes|collection|datetime|duration|geometry|line|none|null|object|point|polygon|record|string|uuid))$/;

/** Whether a function may be called where a constant is worked out. */
export function isKnownFunction(name: string): boolean {
  if (ALONE.has(name)) return true;
  return FAMILIES.some((family) => name.startsWith(`${family}::`)) && !EXCEPT.test(name);
}

/** Whether it may be called with something of a row. */
export function isFunctionOfRows(name: string): boolean {
  return OF_ROWS.test(name);
}

export function isKnownMethod(name: string): boolean {
  return METHODS.has(name);
}

/** Whether a value of a row has this method. */
export function isMethodOfRows(name: string): boolean {
  return isKnownMethod(name) && name !== 'to_string';
}

/** What to say of one that may not. */
export function whyUnknown(name: string): string {
  if (name === 'time::now' || name.startsWith('rand'))
    return `${name} changes without a write, so that nothing tells when rows come and go`;
  if (name === 'record::exists')
    return `${name} answers by the rights of whoever asks: follow a link, or an edge, instead`;
  return `the function ${name} is not supported`;
}

/** What to say of one that may not be called with something of a row. */
export function whyNotOfRows(name: string): string {
  return `${name} of the row is not supported: keep what it gives in a field (DEFINE FIELD … VALUE)`;
}
