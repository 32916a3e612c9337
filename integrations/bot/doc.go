// Package bot describes the types of the family Bot / Chat suggestions engine,
// one file each: engines that talk to customers in chats or suggest answers to
// agents.
//
// It judges what an administrator enters and can test it with requests that
// read. It never talks to a bot, which vendors bill.
package bot
