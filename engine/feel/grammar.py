"""The grammar of FEEL (DMN 1.5 §10.3.1.2) as LALR(1); what needs context the lexer has settled already.

`for`, `if`, `some`, `every` and `function` reach as far right as they can; as the last operand of an operator
they need no parentheses (`1 + if a then b else c`). The rules named `open_…` say so without ambiguity.
"""

GRAMMAR = r"""
expression_text: expression
    | comparator sum                        -> comparison_range_text
unary_tests_text: MINUS                     -> any_value
    | NOT LPAR tests RPAR                   -> negated_tests
    | tests
tests: test (COMMA test)*
test: comparator sum                        -> comparison_test
    | expression                            -> expression_test

?expression: disjunction
    | open_disjunction
?open_disjunction: open_conjunction
    | conjunction (OR conjunction)* OR open_conjunction -> disjunction
?open_conjunction: open_comparison
    | comparison (AND comparison)* AND open_comparison  -> conjunction
?open_comparison: open_sum
    | comparison comparator open_sum        -> compare
    | comparison BETWEEN sum AND open_sum   -> between
    | comparison IN open_in                 -> contained
open_in: open_sum                           -> in_value
    | comparator open_sum                   -> in_comparison
?open_sum: open_product
    | sum (PLUS | MINUS) open_product       -> arithmetic
?open_product: open_power
    | product (STAR | SLASH) open_power     -> arithmetic
?open_power: open_unary
    | power POW open_unary                  -> arithmetic
?open_unary: open_ended
    | MINUS open_unary                      -> negation
?open_ended: FOR iterators RETURN expression                -> for_each
    | SOME iterators SATISFIES expression                   -> quantified
    | EVERY iterators SATISFIES expression                  -> quantified
    | IF expression THEN expression ELSE expression         -> conditional
    | FUNCTION LPAR [parameters] RPAR expression            -> function
    | FUNCTION LPAR [parameters] RPAR EXTERNAL expression   -> external
iterators: iterator (COMMA iterator)*
iterator: NAME IN expression                -> over_list
    | NAME IN expression DOTDOT expression  -> over_range
parameters: parameter (COMMA parameter)*
parameter: NAME [COLON type]

?disjunction: conjunction (OR conjunction)*
?conjunction: comparison (AND comparison)*
?comparison: sum
    | comparison comparator sum             -> compare
    | comparison comparator bounded         -> compare
    | comparison BETWEEN sum AND sum        -> between
    | comparison IN in_tests                -> contained
in_tests: sum                               -> in_value
    | comparator sum                        -> in_comparison
    | LPAR test (COMMA test)+ RPAR          -> in_list
bounded: comparator sum                     -> comparison_range
!comparator: EQ | NE | LT | LE | GT | GE
?sum: product
    | sum (PLUS | MINUS) product            -> arithmetic
?product: power
    | product (STAR | SLASH) power          -> arithmetic
?power: unary
    | power POW unary                       -> arithmetic
?unary: instance
    | MINUS unary                           -> negation
?instance: postfix
    | postfix INSTANCE_OF type              -> instance_of
?postfix: primary
    | postfix DOT NAME                      -> path
    | postfix LSQB expression RSQB          -> filtered
    | postfix LPAR RPAR                     -> call
    | postfix LPAR expressions RPAR         -> call
    | postfix LPAR named (COMMA named)* RPAR -> call_named
named: NAME COLON expression
expressions: expression (COMMA expression)*
?primary: NUMBER                            -> number
    | STRING                                -> string
    | AT                                    -> at_literal
    | TRUE                                  -> true
    | FALSE                                 -> false
    | NULL                                  -> null
    | NAME                                  -> name
    | LPAR expression RPAR                  -> parenthesised
    | LPAR comparator sum RPAR              -> comparison_range
    | (LPAR | LSQB | OPEN_RSQB) expression DOTDOT expression (RPAR | RSQB | CLOSE_LSQB) -> interval
    | LSQB [expressions] RSQB               -> list_literal
    | LBRACE [entry (COMMA entry)*] RBRACE  -> context_literal
entry: KEY COLON expression

type: NAME (DOT NAME)*                      -> named_type
    | LIST_OF type TYPE_CLOSE               -> list_type
    | RANGE_OF type TYPE_CLOSE              -> range_type
    | CONTEXT_OF [type_entry (COMMA type_entry)*] TYPE_CLOSE  -> context_type
    | FUNCTION_OF [type (COMMA type)*] TYPE_CLOSE ARROW type  -> function_type
type_entry: NAME COLON type

%declare NUMBER STRING AT NAME KEY TRUE FALSE NULL
%declare IF THEN ELSE FOR IN RETURN SOME EVERY SATISFIES AND OR BETWEEN INSTANCE_OF FUNCTION EXTERNAL NOT
%declare LPAR RPAR LSQB RSQB OPEN_RSQB CLOSE_LSQB LBRACE RBRACE COMMA COLON DOT DOTDOT
%declare EQ NE LT LE GT GE PLUS MINUS STAR POW SLASH
%declare LIST_OF RANGE_OF CONTEXT_OF FUNCTION_OF TYPE_CLOSE ARROW
"""
