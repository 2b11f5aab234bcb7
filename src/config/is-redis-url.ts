import { ValidateBy, type ValidationArguments } from 'class-validator';
import { parseRedisAddress, RedisAddressError } from './redis-address.js';

/** Where Redis is; empty for none, where none is asked for. Its message never shows the value, which can hold a password. */
export function IsRedisUrl(isNeeded: (config: object) => boolean): PropertyDecorator {
  const faultOf = (value: unknown, config: object) => {
    if (value === '') return isNeeded(config) ? 'must say where Redis is, since BROKER is redis' : undefined;
    try {
      parseRedisAddress(String(value));
      return undefined;
    } catch (error) {
      if (error instanceof RedisAddressError) return error.message;
      throw error;
    }
  };
  return ValidateBy({
    name: 'isRedisUrl',
    validator: {
      validate: (value: unknown, args?: ValidationArguments) => faultOf(value, args?.object ?? {}) === undefined,
      defaultMessage: (args?: ValidationArguments) => `$property ${faultOf(args?.value, args?.object ?? {}) ?? ''}`,
    },
  });
}
