// Package approval keeps what is given to customers as a compensation: who asked,
// who decided, and how much each person and department decided in a month.
//
// A [Compensation] is one document; its moves change it in memory only, and what
// must follow is written into it by the same change. Money is reserved in a
// [Ledger], a document for each month and department, by compare-and-swap: that
// no limit is passed does not depend on who asks at the same time. A decision is
// first written down (Deciding), then reserved under the compensation's id, then
// made final, so that a process that dies between the two has it finished by the
// next one, once.
package approval
