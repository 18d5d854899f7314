export { encode, decode } from './frames.js';
