// Package prompts holds the words: what customers and staff are told. They lie
// in plain text files, one folder for each pack, built into the program; a
// company's own files go before them and may change while the program runs.
//
// A file is a row of texts, each under a line "== key":
//
//	== complaint.known
//	〔{echo}，〕〔{sorry}，〕对不起。
//	已报给{team}（编号 {no}），{by}有人联系您。
//	[[在房间|slot:{no}:in]]　[[想换房|slot:{no}:change]]
//
// {name} is a variable; [[label|key]] can be tapped; 〔…〕 is left out when one of
// its variables is empty, and 〔this｜that〕 takes the first whose variables are
// all there; {name?} asks for a variable without showing it. A line left empty by this is dropped. A line that begins with # is a
// remark. Texts whose key begins with "card." are cards, written as 标题, 说明,
// 引用, 行, 下拉, 按钮, 灰字. What a variable brings is only ever text: it cannot
// make options, links or variables.
package prompts
