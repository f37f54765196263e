export { addTermCounts, arenaLeft, copyTerms, countReached, findTerms, growTerms, openArena, openTerms, setTermSecret, termBytes, termCount, termCounts, termsAbove } from './terms';
export { distinctIn, outputTop, setCounting, setOutput, setScratch, setStems, setStopWords, setUnknown, stopReason, tokenCount, tokenise } from './tokenise';
export { addPairs, compact, countDense, countSparse, denseAbove, denseReached, growPairs, openEdges, openPairs, openPass, pairCounts, pairsAbove, pairsHeld, pairsReached, setPairSecret } from './grams';
export { compactPacked, packStream } from './spilled';
export { largestScore, openModel, openPairTable, openScores, scoreBm25, scorePairs, scoreTfidf } from './score';
export { beginDigits, countDigits, makeKeys, makeScores, moveByDigit, settleOrder } from './order';
export { __heap_base };
export { messageTexts } from '../shared/messages';
